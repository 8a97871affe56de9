# SPDX-License-Identifier: GPL-3.0-or-later
"""Little stories of a harbour village, made by rule.

There is enough in them for a language model to learn that no count of neighbouring words can know: who is he and who is
she, which colour the lost thing had, how many shells are left, who is the tallest of three, what the opposite of a word
is. Text is plain ASCII. The same seed gives the same stories on every machine: all chance comes from Random.random().
"""
from random import Random

GIRLS = "Ada Mara Nell Ivy Rosa Tess Wren Lotte Hanna June Edith Olive Clara Greta Maud Polly".split()
BOYS = "Finn Otis Ben Hugo Noah Sam Jonas Leo Theo Max Emil Karl Anton Felix Jack Peter".split()
ELDERS = (("Captain Brand", "he"), ("Old Tom", "he"), ("Mrs. Hale", "she"), ("Aunt Vera", "she"),
          ("the baker", "he"), ("the miller", "he"), ("the teacher", "she"), ("the keeper", "she"))
ANIMALS = {  # name: (what it did, what it eats, what it does best)
    "gull": ("cried", "fish", "fly"), "dog": ("barked", "bones", "run"), "cat": ("purred", "milk", "climb"),
    "goat": ("bleated", "grass", "jump"), "duck": ("quacked", "bread", "swim"), "hen": ("clucked", "corn", "lay eggs"),
    "owl": ("hooted", "mice", "see in the dark"), "frog": ("croaked", "flies", "hop"),
    "horse": ("neighed", "hay", "pull a cart"), "bee": ("buzzed", "honey", "find flowers"),
    "pig": ("grunted", "turnips", "dig"), "crow": ("cawed", "seeds", "remember faces")}
PLURAL_FOODS = {"bones", "mice", "flies", "turnips", "seeds"}
COLOURS = "red blue green yellow white black grey brown orange purple".split()
THINGS = ("kite lamp hat bucket net drum basket book bell coat cup box scarf whistle key map umbrella ring rope "
          "ball").split()
COUNTED = {"shell": "shells", "stone": "stones", "fish": "fish", "crab": "crabs", "apple": "apples", "egg": "eggs",
           "bun": "buns", "pear": "pears", "feather": "feathers", "button": "buttons", "candle": "candles",
           "plum": "plums", "nut": "nuts", "berry": "berries", "cherry": "cherries", "leaf": "leaves", "loaf": "loaves"}
PLACES = {"harbour": "at", "beach": "on", "market": "at", "lighthouse": "at", "mill": "at", "bridge": "on",
          "hill": "on", "forest": "in", "garden": "in", "school": "at", "bakery": "in", "island": "on",
          "church": "in", "pond": "at"}
SPOTS = ("under the table", "behind the door", "in the barn", "beside the well", "under the bed", "on the shelf",
         "behind the stove", "in the boat", "under the bench", "on the roof", "between two rocks", "in the tall grass")
OPPOSITES = (("big", "small"), ("hot", "cold"), ("old", "new"), ("wet", "dry"), ("fast", "slow"), ("high", "low"),
             ("full", "empty"), ("heavy", "light"), ("open", "shut"), ("dark", "bright"), ("loud", "quiet"),
             ("early", "late"), ("near", "far"), ("happy", "sad"), ("hard", "soft"), ("sweet", "sour"),
             ("long", "short"), ("thick", "thin"), ("clean", "dirty"), ("strong", "weak"), ("left", "right"),
             ("up", "down"), ("day", "night"), ("summer", "winter"))
TRAITS = (("big", "small"), ("fast", "slow"), ("loud", "quiet"), ("strong", "weak"), ("old", "young"), ("fat", "thin"))
COMPARISONS = (("taller", "shorter", "tallest", "shortest"), ("older", "younger", "oldest", "youngest"),
               ("faster", "slower", "fastest", "slowest"), ("stronger", "weaker", "strongest", "weakest"),
               ("louder", "quieter", "loudest", "quietest"))
WEATHER = (  # how it shows, what it did, what one wears, how people feel, what it did not let one do
    ("The sun shone all day.", "the sand was warm", "a straw hat", "warm", "find any shade"),
    ("Rain fell on the roofs.", "the path was wet", "a long coat", "wet", "stay dry"),
    ("The wind blew hard from the sea.", "the waves were high", "a thick scarf", "cold", "fly the kite"),
    ("Fog lay over the water.", "the lighthouse was hard to see", "a lamp", "lost", "see the boats"),
    ("Snow covered the hills.", "the pond was frozen", "warm gloves", "cold", "swim"),
    ("A storm came over the bay.", "no boat left the harbour", "tall boots", "wet", "go fishing"))
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = "January February March April May June July August September October November December".split()
SEASONS = "winter winter spring spring spring summer summer summer autumn autumn autumn winter".split()
TIMES = ("morning", "afternoon", "evening")
UNITS = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
         "seventeen eighteen nineteen").split()
TENS = ("", "", "twenty", "thirty", "forty", "fifty")


def number(n):
    if n < 20:
        return UNITS[n]
    return TENS[n // 10] + ("-" + UNITS[n % 10] if n % 10 else "")


def many(n, noun):
    return f"{number(n)} {noun if n == 1 else COUNTED.get(noun, noun + 's')}"


def were(n):
    return "was" if n == 1 else "were"


def a(words):
    return ("an " if words[0] in "aeiou" else "a ") + words


def listed(items):
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]


def start(sentence):
    return sentence[0].upper() + sentence[1:]


class Person:
    def __init__(self, name, he):
        self.name, self.he = name, he
        self.him, self.his = ("him", "his") if he == "he" else ("her", "her")

    def __str__(self):
        return self.name


class Teller:
    """Draws what a story needs; nothing is drawn twice where it would confuse."""

    def __init__(self, rng):
        self.rng = rng

    def below(self, n):
        return int(self.rng.random() * n)

    def between(self, low, high):
        return low + self.below(high - low + 1)

    def chance(self, p):
        return self.rng.random() < p

    def one(self, choices):
        choices = choices if isinstance(choices, (list, tuple)) else list(choices)
        return choices[self.below(len(choices))]

    def some(self, choices, n):
        left, drawn = list(choices), []
        for _ in range(n):
            drawn.append(left.pop(self.below(len(left))))
        return drawn

    def children(self, n):
        names = self.some(GIRLS + BOYS, n)
        return [Person(name, "she" if name in GIRLS else "he") for name in names]

    def elder(self):
        return Person(*self.one(ELDERS))

    def opening(self, hero, place):
        return self.one((
            f"{hero} lived near the {place}.",
            f"One {self.one(TIMES)} {hero} went to the {place}.",
            f"It was {self.one(DAYS)}, and {hero} was {PLACES[place]} the {place}.",
            f"Early in {self.one(MONTHS)}, {hero} walked to the {place}.",
            f"{self.one(WEATHER)[0]} {hero} was {PLACES[place]} the {place}."))

    def ending(self, *people):
        they = "they" if len(people) > 1 else people[0].he
        who = listed([str(p) for p in people])
        return self.one((
            f"Then {who} went home.", f"At night {who} slept well.", f"{who} laughed all the way home.",
            f"And {they} {'were' if they == 'they' else 'was'} happy.", f"That was a good day for {who}.",
            f"After that {they} ate soup and went to bed."))


def gathering(t):
    hero, friend = t.children(2)
    noun, place = t.one(COUNTED), t.one(PLACES)
    first, more = t.between(1, 12), t.between(1, 9)
    total = first + more
    lost = t.between(1, min(total, 9))
    left = total - lost
    gone = t.one((f"{hero} dropped {number(lost)} of them on the path.",
                  f"{start(a(t.one(ANIMALS)))} took {number(lost)} of them.",
                  f"{start(hero.he)} gave {number(lost)} of them to {t.elder()}.",
                  f"On the way home {hero.he} lost {number(lost)} of them."))
    count = t.one((f"Now {hero.he} had {many(total, noun)}.",
                   f"{start(number(first))} and {number(more)} make {number(total)}.",
                   f"Together that made {many(total, noun)}."))
    rest = (f"Then {hero} had no {COUNTED[noun]} left." if left == 0 else
            t.one((f"Then {hero.he} had {many(left, noun)} left.", f"So {many(left, noun)} {were(left)} left.",
                   f"{hero} counted again: {many(left, noun)}.")))
    return (f"{hero} and the {start(COUNTED[noun])}",
            [t.opening(hero, place), f"{start(hero.he)} found {many(first, noun)} {PLACES[place]} the {place}.",
             t.one((f"{friend} came by and gave {hero.him} {number(more)} more.",
                    f"Then {hero.his} friend {friend} brought {number(more)} more.")),
             count, gone, rest, t.ending(hero)])


def lost_thing(t):
    hero, friend = t.children(2)
    colour, thing, animal = t.one(COLOURS), t.one(THINGS), t.one(ANIMALS)
    spots = t.some(SPOTS, t.between(2, 4))
    lines = [start(t.one((f"{hero} had {a(colour)} {thing}.", f"{hero} loved {hero.his} {colour} {thing}.",
                          f"{t.elder()} had given {hero} {a(colour)} {thing}."))),
             t.one((f"One {t.one(TIMES)} it was gone.", f"On {t.one(DAYS)} {hero.he} could not find it.")),
             f'"Where is my {colour} {thing}?" asked {hero}.']
    for spot in spots[:-1]:
        lines.append(t.one((f"{start(hero.he)} looked {spot}, but it was not there.",
                            f"{friend} looked {spot} and found only {a(t.one(COLOURS))} {t.one(THINGS)}.",
                            f"It was not {spot}.")))
    doing = ANIMALS[animal][0]
    lines += [f"Then {hero.his} {animal} {doing}.",
              t.one((f"The {colour} {thing} was {spots[-1]}!", f"There, {spots[-1]}, was the {colour} {thing}.")),
              t.one((f'"Thank you," said {hero} to the {animal}.',
                     f"{hero} hugged the {animal} and took {hero.his} {thing}.",
                     f"{start(hero.he)} gave the {animal} some {ANIMALS[animal][1]}."))]
    return f"The Lost {start(thing)}", lines + [t.ending(hero, friend)]


def weather_walk(t):
    hero, friend = t.children(2)
    shows, did, wear, feel, cannot = t.one(WEATHER)
    place, day = t.one(PLACES), t.below(7)
    lines = [f"It was {DAYS[day]}.", shows, f"Because of that, {did}." if t.chance(0.5) else f"Soon {did}.",
             t.one((f'"Take {wear}," said {t.elder()}.', f"{hero} took {wear} and went out.",
                    f"So {hero} put on {hero.his} boots and took {wear}." if wear != "tall boots" else
                    f"So {hero} put on {wear}.")),
             f"{PLACES[place].capitalize()} the {place} {hero.he} met {friend}.",
             t.one((f'"I cannot {cannot} today," said {friend}.',
                    f"{friend} had no {wear.split(' ', 1)[1]} and was {feel}.")),
             t.one((f"So they went into the house of {t.elder()} and drank hot milk.",
                    f'"Come home with me," said {hero}, and they did.')),
             f'"Tomorrow is {DAYS[(day + 1) % 7]}," said {hero}. '
             + t.one(('"Then we will try again."', '"It will be better then."', '"We will see."'))]
    return f"A {DAYS[day]} Walk", lines


def two_animals(t):
    kind, other = t.some(ANIMALS, 2)
    trait, opposite = t.some(t.one(TRAITS), 2)
    place = t.one(PLACES)
    best = ANIMALS[kind][2]
    lines = [f"{start(a(trait))} {kind} and {a(opposite)} {other} lived {PLACES[place]} the {place}.",
             f"The {kind} was {trait}, but the {other} was {opposite}.",
             f"The {kind} ate {ANIMALS[kind][1]}, and the {other} ate {ANIMALS[other][1]}.",
             t.one((f'"I can {best}," said the {kind}. "What can you do?"',
                    f'"You are {opposite}," said the {kind}. "I am {trait}, and I can {best}."')),
             f'"I can {ANIMALS[other][2]}," said the {other}.',
             t.one((f"The {kind} {ANIMALS[kind][0]}, and the {other} {ANIMALS[other][0]}.",
                    f"The {other} {ANIMALS[other][0]}, and the {kind} {ANIMALS[kind][0]}.")),
             t.one((f"From then on the {trait} {kind} and the {opposite} {other} were friends.",
                    f"So the {opposite} {other} helped the {trait} {kind}, and the {kind} was glad."))]
    return f"The {start(kind)} and the {start(other)}", lines


def three_in_order(t):
    first, second, third = t.children(3)
    more, less, most, least = t.one(COMPARISONS)
    facts = [t.one((f"{first} is {more} than {second}.", f"{second} is {less} than {first}.")),
             t.one((f"{second} is {more} than {third}.", f"{third} is {less} than {second}."))]
    if t.chance(0.5):
        facts.reverse()
    ask = t.one(((f"Who is the {most}?", f"{first} is the {most}."),
                 (f"Who is the {least}?", f"{third} is the {least}.")))
    trio = listed(t.some((str(first), str(second), str(third)), 3))
    return (f"Who Is the {start(most)}?",
            [f"{trio} were {t.one(('friends', 'at school', 'at play', 'on the beach'))}."] + facts
            + [f'"{ask[0]}" asked {t.elder()}.', f"It is easy. {ask[1]}",
               f"And {first} is {more} than {third}." if t.chance(0.5) else f"And {third} is {less} than {first}."])


def at_the_market(t):
    hero = t.children(1)[0]
    coins = t.between(8, 30)
    goods = t.some(THINGS, 2)
    prices = [t.between(1, coins // 3), t.between(1, coins // 3)]
    colour = t.one(COLOURS)
    left, lines = coins, []
    for thing, price in zip(goods, prices):
        left -= price
        named = f"{colour} {thing}" if thing == goods[0] else thing
        lines += [t.one((f"The {named} cost {many(price, 'coin')}.",
                         f"A man sold {a(named)} for {many(price, 'coin')}.")),
                  t.one((f"{hero} bought it and had {many(left, 'coin')} left.",
                         f"{start(hero.he)} paid, and {many(left, 'coin')} {were(left)} left."))]
    return (f"{hero} at the Market",
            [f"{hero} went to the market with {many(coins, 'coin')}."] + lines
            + [t.one((f"At home {hero.he} showed the {colour} {goods[0]} and the {goods[1]} to {t.elder()}.",
                      f"So {hero.he} came home with {a(colour)} {goods[0]}, {a(goods[1])} and {many(left, 'coin')}.")),
               t.ending(hero)])


def boats(t):
    keeper = t.elder()
    colours = t.some(COLOURS, 2)
    out = [t.between(1, 9), t.between(1, 9)]
    total = sum(out)
    back = t.between(1, total - 1)
    missing = total - back
    return ("Boats in the Bay",
            [start(f"{keeper} watched the boats from the lighthouse."),
             f"In the morning {number(out[0])} {colours[0]} {'boat' if out[0] == 1 else 'boats'} and "
             f"{number(out[1])} {colours[1]} {'boat' if out[1] == 1 else 'boats'} went out.",
             f"That {were(total)} {many(total, 'boat')}.", t.one(WEATHER)[0],
             f"In the evening {many(back, 'boat')} came back.",
             f"So {many(missing, 'boat')} {were(missing)} still at sea.",
             t.one((f"{start(keeper.he)} lit the lamp and waited.", f'"I will keep the lamp bright," said {keeper}.')),
             f"At last the other {'boat' if missing == 1 else number(missing) + ' boats'} came home, and all "
             f"{many(total, 'boat')} were safe."])


def hide_and_seek(t):
    seeker, *others = t.children(t.between(2, 4))
    to = t.between(4, 12)
    spots = t.some(SPOTS, len(others))
    counted = ", ".join(number(n) for n in range(1, to + 1))
    lines = [f"{listed([str(seeker)] + [str(p) for p in others])} played hide and seek.",
             f'{seeker} shut {seeker.his} eyes and counted. "{start(counted)}!"']
    for person, spot in zip(others, spots):
        lines.append(f"{person} hid {spot}.")
    pairs = t.some(list(zip(others, spots)), len(others))
    for person, spot in pairs:
        lines.append(t.one((f"{seeker} looked {spot} and found {person}.", f"{seeker} found {person} {spot}.",
                            f'"I see you, {person}!" said {seeker}, and looked {spot}.')))
    nxt = pairs[0][0]
    return "Hide and Seek", lines + [f"{nxt} was found first, so it was {nxt}'s turn to count."]


def feeding(t):
    hero = t.children(1)[0]
    animals = t.some(ANIMALS, t.between(2, 4))
    lines = [f"Every {t.one(TIMES)} {hero} fed the animals."]
    for animal in animals:
        sound, food, _ = ANIMALS[animal]
        verb = "are" if food in PLURAL_FOODS else "is"
        lines.append(t.one((f"The {animal} {sound} and got {food}.",
                            f"{start(hero.he)} gave {food} to the {animal}, and it {sound}.",
                            f'"Here {verb} your {food}," said {hero} to the {animal}.')))
    hungry = t.one(animals)
    lines += [f"But the {hungry} was still hungry.", f"So {hero} brought more {ANIMALS[hungry][1]}.",
              f"Then {listed(['the ' + x for x in animals])} were full."]
    return f"{hero} and the Animals", lines


def letter(t):
    writer, reader = t.children(2)
    place, month = t.one(PLACES), t.below(12)
    colour, thing = t.one(COLOURS), t.one(THINGS)
    n, noun = t.between(2, 15), t.one(COUNTED)
    return (f"A Letter to {reader}",
            [f"Dear {reader},", f"it is {MONTHS[month]} here, and {SEASONS[month]} has come to the {place}.",
             f"I found {many(n, noun)} and {a(colour)} {thing}.",
             t.one((f"The {thing} is for you.", f"You may have the {COUNTED[noun]}.",
                    f"I will keep the {colour} {thing} for you.")),
             f"Please come in {MONTHS[(month + 1) % 12]}.",
             t.one(("We can", "Then we will")) + f" go to the {place} again.",
             f"Your friend {writer}"])


def packing(t):
    hero, friend = t.children(2)
    place = t.one(PLACES)
    things = [a(f"{t.one(COLOURS)} {x}") if t.chance(0.4) else a(x) for x in t.some(THINGS, t.between(3, 5))]
    lines = [f"{hero} packed for a trip to the {place}."]
    for n in range(1, len(things) + 1):
        lines.append(f'"I take {listed(things[:n])}," said {hero if n % 2 else friend}.')
    forgot = t.one(things)
    lines += [f'"Stop," said {friend}. "That is enough." ' + f"They had {number(len(things))} things.",
              f"But {PLACES[place]} the {place} one thing was missing. It was {forgot}."]
    return f"A Trip to the {start(place)}", lines


def lesson(t):
    teacher, pupils = Person("the teacher", "she"), t.children(t.between(2, 3))
    lines = [f"The teacher asked, and {listed([str(p) for p in pupils])} answered."]
    for n in range(t.between(4, 6)):
        pupil = pupils[n % len(pupils)]
        x, y = t.between(1, 20), t.between(1, 20)
        low, high = min(x, y), max(x, y)
        day, month = t.below(7), t.below(12)
        word, opposite = t.some(t.one(OPPOSITES), 2)
        animal = t.one(ANIMALS)
        question, answer = t.one((
            (f"What is {number(x)} and {number(y)}?", start(number(x + y))),
            (f"What is {x} + {y}?", f"{x + y}"), (f"What is {high} - {low}?", f"{high - low}"),
            (f"What is the opposite of {word}?", start(opposite)),
            (f"What is the opposite of {word}?", start(opposite)),
            (f"Which day comes after {DAYS[day]}?", DAYS[(day + 1) % 7]),
            (f"Which month comes before {MONTHS[month]}?", MONTHS[(month - 1) % 12]),
            (f"What does the {animal} eat?", start(ANIMALS[animal][1])),
            (f"What comes after {number(x)}?", start(number(x + 1)))))
        lines.append(f'"{question}" "{answer}," said {pupil}.')
    return "At School", lines + [t.one(('"Well done," said the teacher.', "Then the bell rang."))]


PLOTS = (gathering, lost_thing, weather_walk, two_animals, three_in_order, at_the_market, boats, hide_and_seek, feeding,
         letter, packing, lesson)


def story(rng):
    """One story: a title line, then the text as one line."""
    teller = Teller(rng)
    title, lines = teller.one(PLOTS)(teller)
    return title + "\n" + " ".join(lines)


def stories(seed, count):
    rng = Random(seed)
    return [story(rng) for _ in range(count)]
