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
            "Emma, Lily, Rosa, Zoe",
            **{"child": "girl", "she": "she", "her": "her", "to_her": "her"},
        ),
        *_names(
            "Ben, Finn, Jack, Paul",
            **{"child": "boy", "she": "he", "her": "his", "to_her": "him"},
        ),
    ],
    "family": _names("mother, aunt, father, uncle"),
    "pets": _pairs(
        "sound",
        "dog/woof, kitten/meow, duck/quack, mouse/squeak, frog/croak",
    ),
    "pet names": _names("Hazel, Inky, Olive, Socks, Toffee"),
    "flocks": _pairs("one", "geese/goose, sheep/sheep, goats/goat, cows/cow"),
    "numbers": _pairs("less", "three/two, four/three, five/four, six/five"),
    "birds": _names("robin, raven, sparrow, swan"),
    "things": _names("kite, ball, drum, boat, hat, book"),
    "colours": _names("red, blue, green, yellow, white"),
    "foods": _names("bread, soup, cake, cheese, honey"),
    "plants": _names("sunflower, pumpkin, carrot, rose"),
    "places": _names("river, lake, mill, bridge, castle"),
    "spots": _names(
        "under a bench, behind a bush, in the tall grass, next to the gate, under the stairs"
    ),
    "secrets": _names("moon, plum, feather, thimble, pancake"),
    "pauses": _names("nap, rest, fish, swim"),
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
}

# What a story may forget: words, then parts of sentences, then whole sentences.

RULES = {
    "little": "4 little|3 small|2 clever|brave",
    "weather": "4 sunny|3 windy|3 rainy|3 cold|2 foggy",
    "daytime": "4 morning|3 day|2 evening|2 afternoon",
    "animal": """
        4 fox|4 bear|3 squirrel|3 hedgehog|2 badger|2 wolf|camel
    """,
    "animal_look": """
        4 sleepy|4 hungry|3 fat|3 shy|2 busy|2 lazy|grumpy
    """,
    "did": "3 sat|3 slept|2 sang|2 waited|2 danced|sneezed",
    "site": """
        4 wall|4 hill|3 garden|3 path|2 cottage|2 tower|2 field|palace
    """,
    "site_look": """
        4 old|4 tall|3 crooked|3 quiet|2 narrow|2 mossy|haunted
    """,
    "trinket": """
        4 coin|4 spoon|3 key|3 shell|2 candle|2 teapot|sock
    """,
    "trinket_look": """
        4 shiny|4 rusty|3 heavy|3 smooth|2 sticky|2 spotted|magic
    """,
    "near": "3 under|3 behind|2 near|2 beside|in front of",
    "how": """
        4 quickly|4 slowly|3 quietly|3 happily|2 bravely|without a word|with a smile
    """,
    "went": """
        4 walked|4 ran|2 hurried|2 skipped|crept
    """,
    "said": "5 said|2 whispered|2 called|laughed",
    "happy": "4 happy|3 glad|2 proud|full of joy",
    "very": "(4 very|2 so|quite|rather) <happy>|<happy>",
    "oh": "3 Oh dear|3 Oh no|2 What a day|How odd|Oh my",
    "thanks": "4 Thank you|2 How kind of you|What a good friend you are",
    "yes": "4 Yes|2 Of course|2 Why not|With pleasure",
    "fruit": "3 apples|3 berries|2 pears|2 nuts|noodles",
    "cream": "3 cream|3 sugar|2 butter|mustard",
    "drink": "3 tea|3 milk|2 cocoa",
    "talent": """
        3 sing|3 fly|2 dance|2 knit|bake|read maps|play chess|stand on its head|tell jokes
    """,
    "game": "2 cards|2 chess|hide and seek|pirates|the flute|football",
    "number_of": "3 two|2 a hundred|2 too many|twenty",
    "at_last": "3 At last|2 In the end|2 Soon|After a while|A little later",
    "at_night": "3 That night|2 In the evening|2 After supper|When it was dark",
    "one_day": """
        4 One <weather> <daytime>|2 On a <weather> <daytime>|2 When it was <weather>|In (spring|
        summer|winter)
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
        3 On the way {hero} (3 passed|2 saw|met) <sight> and <sight>.|
        2 {hero} <went> <how> past <sight>.|
        There was <sight> <where>, but {hero} did not (stop|look|mind).
    """,
    "mood": """
        2 {hero} was as <happy> as a <animal>.|
        2 {hero} <did> <how> <where>.|
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
