"""The words of Tiny Tales: what a story must remember, and what it may forget again.

Nothing but data, in the notation of notation.py; plots.py puts the words to use.
"""


def _names(text: str, **forms: str) -> list[dict[str, str]]:
    """An entry for each name, names separated by commas; `forms` are shared by all of them."""
    return [{"name": name.strip(), **forms} for name in text.split(",")]


def _pairs(form: str, text: str) -> list[dict[str, str]]:
    """An entry for each pair "name/other form", pairs separated by commas."""
    pairs = [pair.strip().split("/") for pair in text.split(",")]
    return [{"name": name, form: other} for name, other in pairs]


# What a story must remember. Each variable of a plot's cast is drawn from a table, evenly.

TABLES = {
    "names": [
        *_names(
            "Mia, Lily, Nora, Rosa, Ivy, Clara, Zoe, Emma",
            **{"child": "girl", "she": "she", "her": "her", "to_her": "her"},
        ),
        *_names(
            "Tom, Ben, Leo, Max, Finn, Hugo, Sam, Jack",
            **{"child": "boy", "she": "he", "her": "his", "to_her": "him"},
        ),
    ],
    "family": _names("mother, grandmother, aunt, sister, father, grandfather, uncle, brother"),
    "pets": _pairs(
        "sound",
        "dog/woof, kitten/meow, duck/quack, mouse/squeak, frog/croak, hen/cluck, lamb/baa, "
        "piglet/oink, pony/neigh, bee/buzz",
    ),
    "pet names": _names(
        "Biscuit, Pepper, Button, Pickle, Muffin, Nutmeg, Pebble, Waffle, Ginger, Bramble"
    ),
    "flocks": _pairs(
        "one",
        "geese/goose, sheep/sheep, goats/goat, calves/calf, rabbits/rabbit, donkeys/donkey, "
        "turkeys/turkey, cows/cow",
    ),
    "numbers": _pairs(
        "less",
        "three/two, four/three, five/four, six/five, seven/six, eight/seven, nine/eight, ten/nine",
    ),
    "birds": _names("robin, raven, sparrow, magpie, swan, wren, lark, crow"),
    "things": _names(
        "kite, ball, drum, boat, bell, hat, scarf, lantern, whistle, bucket, ribbon, book, wagon, "
        "basket"
    ),
    "colours": _names("red, blue, green, yellow, white, pink, brown, silver, golden, purple"),
    "foods": _names("bread, soup, cake, pie, cheese, honey, jam, porridge, toast, rice"),
    "plants": _names("sunflower, pumpkin, carrot, rose, tulip, radish, cabbage, melon"),
    "places": _names("river, lake, mill, bridge, harbour, castle, park, station, barn, beach"),
    "spots": _names(
        "under a bench, behind a bush, beside a stone, in the tall grass, in a hollow tree, "
        "behind the shed, next to the gate, near the old well, under the stairs, by the hedge"
    ),
    "secrets": _names(
        "moon, plum, feather, thimble, pancake, marble, turnip, acorn, whisper, cloud"
    ),
    "pauses": _names("nap, rest, fish, draw, swim, eat, stretch, paddle"),
    "noises": _names("tap, knock, scratch, bump, rattle, creak, thump, click"),
}

CAST = {
    "hero": "names",
    "friend": "names",
    "elder": "family",
    "pet": "pets",
    "petname": "pet names",
    "flock": "flocks",
    "number": "numbers",
    "bird": "birds",
    "thing": "things",
    "gift": "things",
    "colour": "colours",
    "food": "foods",
    "plant": "plants",
    "place": "places",
    "spot": "spots",
    "secret": "secrets",
    "pause": "pauses",
    "noise": "noises",
}

# What a story may forget: words, then parts of sentences, then whole sentences.

RULES = {
    "little": """
        4 little|3 small|2 quiet|2 clever|brave|cheerful|curious|merry|dreamy|stubborn
    """,
    "weather": """
        4 sunny|3 windy|3 rainy|3 cold|2 foggy|2 warm|2 cloudy|2 snowy|frosty|misty|stormy|
        bright|dark|mild
    """,
    "daytime": "4 morning|3 day|2 evening|2 afternoon",
    "animal": """
        3 fox|3 bear|3 squirrel|3 hedgehog|2 badger|2 wolf|2 snail|2 toad|2 mole|2 deer|2 turtle|
        beetle|cricket|spider|stork|hare|lizard|moth|seal|beaver|camel|pigeon|walrus|tiger|giraffe|
        penguin
    """,
    "animal_look": """
        3 sleepy|3 hungry|2 fat|2 shy|2 busy|2 gentle|2 noisy|2 lazy|2 friendly|tiny|muddy|fluffy|
        grumpy|polite|lonely|clumsy|jolly|thirsty|famous|dizzy|bored|wise
    """,
    "did": """
        3 sat|3 slept|2 sang|2 waited|2 danced|2 hid|2 yawned|2 hummed|snored|juggled|giggled|
        stood|knitted|sneezed
    """,
    "site": """
        3 wall|3 hill|3 garden|3 path|2 fence|2 cottage|2 tower|2 church|2 field|2 orchard|2 cave|
        2 meadow|chimney|haystack|stream|windmill|ladder|kitchen|roof|forest|palace|tunnel|island|
        bakery|library|tent
    """,
    "site_look": """
        3 old|3 tall|2 crooked|2 quiet|2 narrow|2 wooden|2 mossy|dusty|broken|hidden|shady|stony|
        steep|empty|sunlit|painted|haunted|secret|leafy|lopsided
    """,
    "trinket": """
        3 coin|3 spoon|3 key|2 shell|2 candle|2 teapot|2 clock|2 mirror|2 sock|2 glove|nail|map|
        jar|saucer|pencil|bottle|comb|needle|blanket|cup|trumpet|violin|pillow|slipper|telescope|
        balloon
    """,
    "trinket_look": """
        3 shiny|3 rusty|2 heavy|2 smooth|2 soft|2 sticky|2 spotted|striped|curly|crumpled|strange|
        magic|useless|pretty|forgotten|wobbly|squeaky|velvet|paper|glass
    """,
    "near": "3 under|3 behind|2 near|2 beside|in front of|not far from|above",
    "how": """
        3 quickly|3 slowly|2 quietly|2 happily|2 softly|2 bravely|2 carefully|loudly|gently|
        calmly|proudly|eagerly|sleepily|politely|merrily|backwards|in circles|on tiptoe|
        without a word|with a smile
    """,
    "went": """
        4 walked|4 ran|2 hurried|2 skipped|2 marched|danced|climbed|crept|strolled|wandered|raced|
        hopped|tumbled|galloped
    """,
    "said": "5 said|2 whispered|2 called|2 answered|laughed|sighed|cried|mumbled",
    "happy": "4 happy|3 glad|2 proud|2 pleased|delighted|tired|full of joy|surprised",
    "very": "(4 very|2 so|quite|rather) <happy>|<happy>",
    "oh": """
        3 Oh dear|3 Oh no|2 Goodness|How odd|My word|Good grief|Bother|What a day|Dear me
    """,
    "thanks": """
        4 Thank you|2 How kind of you|What a good friend you are|You are the best|Hooray for you
    """,
    "yes": "4 Yes|2 Of course|2 Why not|Certainly|With pleasure|Very well",
    "fruit": """
        3 apples|3 berries|2 pears|2 cherries|2 nuts|peaches|grapes|figs|crackers|beans|noodles|
        raisins
    """,
    "cream": "3 cream|3 sugar|2 butter|2 cinnamon|salt|mustard|vinegar|garlic",
    "drink": "3 tea|3 milk|2 cocoa|lemonade|water|cider",
    "talent": """
        3 sing|3 fly|2 dance|2 knit|bake|juggle|write letters|read maps|play chess|
        stand on its head|tell the time|speak French
    """,
    "game": "2 cards|2 chess|hide and seek|pirates|school|the flute|tag|football",
    "number_of": "3 two|2 a hundred|2 too many|twenty|a thousand|a dozen",
    "at_last": "3 At last|2 In the end|2 Soon|After a while|A little later",
    "at_night": "3 That night|2 In the evening|2 After supper|When it was dark",
    "one_day": """
        4 One <weather> <daytime>|2 Early one <daytime>|2 On a <weather> <daytime>|
        Last (spring|summer|winter)
    """,
    "where": "3 <near> the <site_look> <site>|<near> the <site>",
    "sight": """
        3 a <animal_look> <animal>|3 a <trinket_look> <trinket>|<number_of> <trinket>s
    """,
    "scene": """
        3 A <animal_look> <animal> <did> <how> <where>.|
        2 It was <weather>, and the <site> looked <site_look>.|
        2 The wind (blew|sang|blew leaves) over the <site_look> <site>.|
        Somewhere <where> a <animal> <did> <how>.
    """,
    "passed": """
        3 On the way {hero.she} (3 passed|2 saw|met) <sight> and <sight>.|
        2 {hero.She} <went> <how> past <sight>.|
        There was <sight> <where>, but {hero.she} did not (stop|look|mind).
    """,
    "mood": """
        2 {hero} was as <happy> as a <animal>.|
        2 {hero.She} <did> <how> <where>.|
        {hero.She} felt <very>.
    """,
    "meal": """
        3 They (3 ate|2 shared|had) <fruit> with <cream> and drank <drink>.|
        2 Then they played <game> <where>.|
        There were <fruit> and a cup of <drink> for (each of them|everybody|the <animal>, too).
    """,
    "dream": """
        3 <at_night> {hero} dreamed of a <animal_look> <animal> that could <talent>.|
        2 <at_night> {hero} slept <how> <where>.|
        And {hero} was <very>.
    """,
}
