"""The ten plots of Tiny Tales, in the notation of notation.py. Their words are in words.py.

To add a plot, write it here and run tests/data/test_tales.py: it proves that no story can be read
in two ways, and says which one could.
"""

PLOTS = (
    # The lost thing
    """
    (3 Once|Once upon a time) {hero}, a <little> {hero.child}, had a {colour} {thing} and <sight>.
    ? <scene>

    <one_day> the {thing} was gone.
    {hero} <went> <how> to the <site> and found only <sight>.
    ? "<oh>," <said> {hero}.
    <at_last> {friend} came by with <sight>.
    "I saw a {colour} {thing} {spot}," <said> {friend}.
    ? <passed>

    And there it was, {spot}!
    "<thanks>, {friend}," <said> {hero}.
    ? <meal>
    ? <dream>
    """,
    # The magic word
    """
    <one_day> {hero} met a <animal_look> {bird} <where>.
    "The magic word is {secret}," <said> the {bird}.
    ? <scene>
    <passed>

    <at_last> {hero} came to a {colour} door <where>.
    "What is the magic word?" asked the door.
    "{secret.Name}," <said> {hero}, and the {colour} door opened <how>.
    Inside {hero} found <sight>, <sight> and <sight>.
    ? The {bird} got <sight>.
    ? <dream>
    """,
    # The guest that stayed
    """
    <one_day> {hero} heard something <where>.
    "{pet.Sound}, {pet.sound}," it went.
    It was a <animal_look> {pet} with <sight>.
    "Shall we keep it?" <said> {hero}.
    ? <scene>
    "<yes>," <said> {hero.her} {elder}, who loved <sight>.

    They called the {pet} {petname} and gave it <fruit> with <cream>.
    ? <mood>
    <at_night> {petname} slept <how> <where>.
    "{pet.Sound}," <said> {petname}.
    ? <dream>
    """,
    # The trade
    """
    {hero} had a {thing}, and {friend} had a {gift}.
    ? <scene>
    <one_day> they met <where>.
    "I like your {gift} more than <sight>," <said> {hero}.
    "And I like your {thing}," <said> {friend}.
    So they traded.
    ? <passed>

    <at_night> {hero} missed the {thing} <how>, and {friend} missed the {gift}.
    So {friend} gave the {thing} back and got the {gift} and <sight>.
    ? <meal>
    ? <dream>
    """,
    # The one that was missing
    """
    {hero} had {number} <animal_look> {flock} and <sight>.
    ? <scene>
    <one_day> {hero.she} counted the {flock} <where>, and there were only {number.less}.
    "<oh>," <said> {hero}, "a {flock.one} is missing."
    {hero} <went> <how> to the <site_look> <site>.
    ? <passed>

    <at_last> {hero} found the {flock.one} {spot}.
    It was playing <game> with <sight>.
    "That makes {number} again," <said> {hero}.
    ? <dream>
    """,
    # The parcel
    """
    "Take this {food} to your {elder}," the <animal_look> baker told {hero}.
    {hero.Her} {elder} lived by the {place}, <where>.
    <passed>
    ? <scene>
    "What is in your bag?" asked a <animal_look> <animal>.
    "Only {food} for my {elder}," <said> {hero}.

    <at_last> {hero} came to the {place}.
    {hero.Her} {elder} ate the {food} with <cream> and gave {hero.to_her} <sight>.
    ? <mood>
    ? <dream>
    """,
    # The seed
    """
    {hero} found a <trinket_look> seed and <sight> {spot}.
    "It will be a {plant}," <said> {friend}, who had <sight>.
    {hero} put it in a {colour} pot <where>.
    ? <scene>
    {hero} gave it <drink> with <cream> every <daytime>.

    After {number} weeks something <trinket_look> looked out of the {colour} pot.
    "A {plant}!" <said> {friend}.
    It was as tall as <sight>.
    ? <meal>
    ? <dream>
    """,
    # The race
    """
    <one_day> {hero} and {friend} ran a race to the {place}.
    {hero} was as fast as a <animal>, but {friend} <went> <how>.
    ? <scene>
    So {hero} stopped <where> to {pause} with <sight>.
    ? <passed>

    When {hero} came to the {place}, {friend} was there with <sight>.
    "You should not {pause} in a race," <said> {friend}.
    ? <mood>
    ? <meal>
    """,
    # The present
    """
    <one_day> {hero} packed a {thing} in {colour} paper for {friend}.
    ? <passed>
    "Is it a {gift}?" asked {friend}.
    "It is not a {gift}," <said> {hero}.
    ? "Is it <sight>?" asked {friend}.
    ? <scene>

    {friend} opened the {colour} paper <how>.
    "A {thing}!" {friend.she} <said>.
    "<thanks>, {hero}."
    ? <meal>
    And {friend} was as <happy> as <sight>.
    """,
    # The letter
    """
    <one_day> {hero} wrote a letter to {friend}.
    "Walk to the {place} and bring <sight>," it said.
    A <animal_look> {bird} took the letter over the <site_look> <site>.
    ? <scene>
    ? The wind was <weather>, and the {bird} flew <how>.

    <at_last> the {bird} found {friend} <where>.
    {friend} <went> <how> to the {place} with <sight>.
    {hero} was there, as <happy> as a <animal>.
    ? <meal>
    ? <dream>
    """,
)
