"""What an alert tells in words, English and French: water, vehicle, movement, phone, and who told it."""

from __future__ import annotations

import re

from sar.alert import Movement, Reporter, VehicleState
from sar.alert_text import COUNT, Findings, Message, number

_LITRE = r"(?:litres?|liters?|ltrs?|lts?|l)(?!\w)"
_CAN = r"(?:jerry\s*cans?|jerricans?|jerrycans?|bidons?|cans?|bottles?|bouteilles?|gourdes?|containers?|fûts?|barrels?)"
_CANS = re.compile(
    rf"(?P<cans>{COUNT})\s+(?:(?:full|pleins?)\s+)?(?:{_CAN}\s+(?:of|de|d|with|avec)?\s*(?P<size>{COUNT})\s*{_LITRE}"
    rf"|(?P<size2>{COUNT})[\s-]*{_LITRE}\s+{_CAN})"
)
_LITRES = re.compile(rf"(?P<count>{COUNT})[\s-]*(?:(?:de|of)\s+)?{_LITRE}")
_CANS_ONLY = re.compile(rf"{COUNT}\s+{_CAN}(?!\w)")
_FUEL = re.compile(
    r"^\W*(?:of\s+|de\s+|d\s+)?(?:fuel|petrol|gas\b|gasoline|diesel|gasoil|gazole|essence|carburant|oil|huile)"
)
_FUEL_BEFORE = re.compile(r"(?:fuel|petrol|diesel|gasoil|gazole|essence|carburant)\W*(?:left|restante?)?\W*$")
_EACH = re.compile(
    r"^\W*(?:(?:of|d)\s+(?:water|eau)\s+)?(?:each|per\s+(?:person|head)|apiece|par\s+(?:personne|tete)|chacune?)"
)
_LEFT = re.compile(r"^\W*(?:of\s+water\s+|d\s+eau\s+)?(?:left|remain|rest(?:ant|e))")
_LEFT_BEFORE = re.compile(
    r"(?:left|remain(?:s|ing)?|reste(?:nt)?|restants?)\W*(?:about|environ|que|only|seulement)?\W*$"
)
_NO_WATER = re.compile(
    r"(?:no\s+(?:more\s+)?(?:drinking\s+)?water(?:\s+left)?|without\s+(?:any\s+)?water|(?:ran|run|are|is)\s+out\s+of\s+water"
    r"|out\s+of\s+water|water\s+(?:is\s+|has\s+)?(?:finished|gone|ran\s+out|run\s+out|all\s+gone|exhausted)"
    r"|(?:\bn\s+\w+\s+)?plus\s+(?:d\s+|une\s+goutte\s+d\s+)eau|sans\s+eau|(?:\bn\s+\w+\s+)?pas\s+d\s+eau|(?:\bn\s+\w+\s+)?aucune\s+eau"
    r"|eau\s+(?:est\s+)?(?:finie|epuisee|terminee)|plus\s+rien\s+a\s+boire|nothing\s+(?:left\s+)?to\s+drink)(?!\w)"
)
_NOT_QUITE = re.compile(
    r"(?:almost|nearly|hardly|presque|quasi(?:ment)?|bientot|soon|besoin\s+(?:de|d)|demandent|faut|need|want)\s*(?:\w+\s+)?$"
)
_LITTLE = re.compile(
    r"(?:(?:almost|nearly)\s+(?:no|out\s+of)\s+water|presque\s+plus\s+d\s+eau|(?:little|some|not\s+much)\s+water(?:\s+left)?"
    r"|(?:tres\s+)?peu\s+d\s+eau|un\s+peu\s+d\s+eau|quelques\s+litres|a\s+few\s+lit(?:re|er)s)(?!\w)"
)
_BATTERY = re.compile(
    r"(?:(?:phone|telephone|tel|mobile|portable|battery|batterie|bat)\W+(?:(?:battery|batterie|is|est|at|a|de|of|only|left|"
    r"reste|il|encore|phone|telephone|du|the|ne|que|plus|qu|still|about|environ)\W+){0,5}(?P<after>\d+(?:[.,]\d+)?)\s*(?:%|percent|pour\s*cent)"
    r"|(?P<before>\d+(?:[.,]\d+)?)\s*(?:%|percent|pour\s*cent)(?:\W+(?:of|de|d|phone|telephone|left|the|la)){0,3}\W*(?:battery|batterie|charge))"
)
_FLAT = re.compile(
    r"(?:phone|telephone)\s+(?:battery\s+|batterie\s+)?(?:is\s+|est\s+)?(?:dead|empty|flat|decharge|vide|a\s+plat|mort)(?!\w)"
)

_NOT = re.compile(r"(?:\b(?:not|never|pas|jamais|isn\s+t|aren\s+t|aucune?|n)|\bne?\s+\w+\s+plus)\s+(?:\w+\s+)?$")
#: "ils ne marchent pas": half before, half after.
_NOT_BEFORE, _NOT_AFTER = re.compile(r"\bne?\s+(?:se\s+)?$"), re.compile(r"^\s*(?:pas|plus|jamais)\b")
#: First named first kept where several are told; all may be true of one car.
_VEHICLE: dict[VehicleState, tuple[str, ...]] = {
    VehicleState.LEFT_BEHIND: (
        "(?:abandoned|left|dumped|dropped) (?:there |behind )?by (?:the |their |our )?(?:drivers?|smugglers?|convoy)",
        "(?:driver|smuggler)s? (?:has |have )?(?:abandoned|left|fled|ran away|dropped)(?: (?:them|us))?",
        "left behind",
        r"abandonnee?s?(?: par \w+(?: (?:chauffeur|passeur)s?)?)?",
        r"laissee?s? (?:sur place |la )?par \w+ (?:chauffeur|passeur|convoi)s?",
        "(?:chauffeur|passeur)s? (?:a|ont|est|sont|les a|nous a) "
        "(?:fui|abandonnes?|laisses?|partis?|enfuis?|debarques?)",
        "debarquee?s",
    ),
    VehicleState.NO_FUEL: (
        "out of (?:fuel|petrol|gas|gasoline|diesel)",
        "no (?:more )?(?:fuel|petrol|diesel|gas)",
        "(?:en )?panne (?:seche|d essence|de carburant|de gasoil)",
        "(?:plus|pas) (?:d essence|de carburant|de gasoil|de gazole)",
        "sans (?:essence|carburant)",
        "fuel (?:is )?(?:finished|gone)",
        "essence (?:est )?finie",
    ),
    VehicleState.STUCK: (
        "stuck(?: in (?:the )?sand)?",
        "bogged(?: down)?",
        "sand(?:ed)? in",
        "ensablee?s?|enlisee?s?|embourbee?s?",
        "bloquee?s? dans le sable",
    ),
    VehicleState.BROKEN_DOWN: (
        "broken? down|broken|breakdown",
        "(?:engine|motor) (?:is |has )?(?:dead|failed|broken|failure|trouble|problem|overheated)",
        "flat tyres?|puncture|tyres? burst|burst tyres?|axle broke",
        "mechanical (?:problem|failure|trouble)",
        "(?:tombee?s? )?en panne(?: mecanique)?|panne(?: mecanique)?",
        "moteur (?:est )?(?:casse|mort|en panne|grille)",
        "pneus? (?:creves?|eclates?)|crevaison|essieu casse",
        "voiture (?:est )?(?:cassee|morte)",
    ),
    VehicleState.LOST: (
        "(?:are|is|got|were|have|seem) lost",
        "lost (?:their|the|our) way",
        "lost in the desert",
        "lost(?! contact)",
        "perdue?s?|egaree?s?|desorientee?s?",
        "perdu (?:la piste|leur chemin)",
    ),
    VehicleState.NONE: (
        "(?:no|without(?: a| any)?) (?:car|vehicle)",
        "(?:sans|pas de) (?:voiture|vehicule)",
    ),
}


def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Return the pattern of any of several whole phrases; a blank in one is any white space."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)".replace(" ", r"\s+"))


_VEHICLES = [(state, _any_of(patterns)) for state, patterns in _VEHICLE.items()]

_WALK = (
    r"(?:(?:have\s+|has\s+)?(?:started|begun|began|decided|continued|continuing)\s+(?:to\s+)?(?:walk(?:ing)?|on\s+foot)|walk(?:ing|ed|s)?|"
    r"on\s+foot|(?:partie?s?|continuent|avancent|continue)\s+a\s+pied|(?:ont\s+)?(?:commence\s+a\s+)?march(?:ent|e|ons|er|ant|aient)|a\s+pied|"
    r"en\s+marche)"
)
_STAY = (
    r"(?:wait(?:ing|ed|s)?(?!\s+for\s+(?:water|rescue)\s+since)|stay(?:ing|ed|s)?|remain(?:ing|ed|s)?\s+(?:with|at|near|by)|attend(?:ent|ons|ant|ait|aient|re)?|"
    r"rest(?:ee?s?|ent|ons)\s+(?:sur\s+place|(?:aupres|pres|a\s+cote)\s+d\w*|avec|au|a\s+la|la\b|dans)|sur\s+place|"
    r"(?:still\s+)?(?:with|at|next\s+to|beside)\s+(?:the|their|our)\s+(?:car|vehicle|truck))"
)
_SOME = re.compile(
    rf"(?:(?:some|several|few|part|half|most|{COUNT})(?:\s+of\s+(?:them|us|the\s+\w+))?(?:\s+(?:people|persons?|men|others?))?"
    rf"|certaine?s?(?:\s+d\s+entre\s+eux)?|quelques\s+(?:uns|personnes|hommes)|une\s+partie(?:\s+du\s+groupe)?|plusieurs|la\s+moitie|"
    rf"(?:les\s+)?autres|(?:the\s+)?others|{COUNT}\s+(?:personnes?|hommes?|d\s+entre\s+eux|passagers?))"
    rf"(?:\s+(?:who|qui|have|has|are|were|sont|ont|se\s+sont|left|gone|just|already|deja|then)){{0,3}}\s+(?:{_WALK}|(?:partie?s?|left|gone|set\s+(?:off|out))"
    r"(?=\s+(?:to|towards?|vers|north|south|east|west|chercher|looking|for\s+help|a\s+pied|on\s+foot)))"
)
_SPLIT = re.compile(
    r"(?:(?:group\s+)?(?:has\s+|have\s+)?split(?:\s+up)?|separated|se\s+sont\s+separes|groupe\s+(?:s\s+est\s+)?(?:separe|divise))(?!\w)"
)
_WALKING, _WAITING = re.compile(rf"(?<!\w){_WALK}(?!\w)"), re.compile(rf"(?<!\w){_STAY}(?!\w)")
_COMPASS = {
    "north": "north", "nord": "north", "south": "south", "sud": "south", "east": "east", "est": "east", "west": "west",
    "ouest": "west",
}  # fmt: skip
_WAY = r"(?:north|nord|south|sud)(?:\s*(?:east|est|west|ouest))?(?:wards?)?|(?:east|est|west|ouest)(?:wards?)?"
_GOAL = re.compile(
    r"^\s*(?:(?:off|out|away|since\s+\w+|depuis\s+\w+(?:\s+\w+)?|help|for)\s+)?(?:(?:to\s+look|looking|chercher|a\s+la\s+recherche)\s+)?"
    r"(?:(?:towards?|to|in\s+the\s+direction\s+of|vers|en\s+direction\s+(?:de|du|d)|direction|for|du|de|in\s+search\s+of)\s+)?"
    rf"(?:the\s+|le\s+|la\s+|l\s+|les\s+|de\s+)?(?P<goal>(?P<way>{_WAY})|(?P<water>(?:well|puits|water|eau|waterhole|point\s+d\s+eau|"
    r"oasis|guelta)s?)(?:\s+(?:of|de|d|at)\s+(?:l\s+)?(?P<of>\w+(?:\s\w+)?))?|(?P<road>road|piste|route|track|goudron|highway|border|frontiere))(?!\w)"
)
_NAMED_GOAL = re.compile(
    r"^\s*(?:towards?|to|vers|en\s+direction\s+(?:de|d)|direction)\s+(?:l\s+|la\s+|le\s+)?(?P<goal>\w+(?:\s\w+){0,2})"
)

_SAYS = (
    "(?:says?|said|told|called|calls|reports?|reported|dit|disent|a dit|a appele|appelle|raconte|"
    "signale(?:nt)?|informe(?:nt)?)"
)
_KIN = (
    "brother|sister|husband|wife|son|cousin|mother|father|frere|soeur|mari|femme|fils|cousine|mere|pere|proche|"
    "relative|parent"
)
_OFFICE = "army|military|police|gendarmerie|gendarmes?|armee|prefecture|mayor|maire|customs|douane|oim|iom"
_TRAVELLER = "truck|lorry|camion|camionneur|nomade?|herder|berger|trader"
_REPORTER: dict[Reporter, tuple[str, ...]] = {
    Reporter.ALARM_LINE: ("alarme? phone", "alarm line", "ligne d alerte"),
    Reporter.SURVIVOR: (f"(?:a |un |one |une )?(?:survivor|rescapee?|survivante?) {_SAYS}",),
    Reporter.DRIVER: (f"(?:the |a |le |un )?(?:driver|chauffeur) {_SAYS}",),
    Reporter.RELATIVE: (f"(?:my|mon|ma|his|her|son|sa) (?:{_KIN})", f"(?:a|an|un|une|le|la|the) (?:{_KIN}) {_SAYS}",
                        f"(?:la famille|(?:the )?family(?: member)?) {_SAYS}"),
    Reporter.AUTHORITY: (f"(?:the |la |les |l |le )?(?:{_OFFICE}) {_SAYS}",),
    Reporter.PASSER_BY: ("passer ?by", "passing (?:truck|car|driver)s?",
                         f"(?:a |un )?(?:{_TRAVELLER})s? (?:saw|seen|a vu|ont vu|a croise|{_SAYS})"),
    Reporter.IN_GROUP: ("we are|we have|we broke|nous sommes|nous avons|on est|help us|aidez nous",
                        "(?:our|notre) (?:car|water|vehicle|voiture|vehicule|eau)"),
}  # fmt: skip
_REPORTERS = [(reporter, _any_of(patterns)) for reporter, patterns in _REPORTER.items()]


def read_litres(message: Message, findings: Findings) -> None:
    """Read how much water there is; the litres of a group told by head need `adults` and the rest read before."""
    amounts = [*_cans(message), *_litres(message, findings)]
    none = _no_water(message)
    if none and any(amount for amount, _, _ in amounts):
        said = [none, *(words for _, words, _ in amounts)]
        findings.ask(
            f"how much water: {' or '.join(repr(each) for each in said)}? give --litres",
            f"combien d'eau : {' ou '.join(f'« {each} »' for each in said)} ? donnez --litres",
        )
    elif none:
        findings.found("litres", 0.0, none)
    elif amounts:
        _one_amount(amounts, findings)
    else:
        _unclear_water(message, findings)


def _cans(message: Message) -> list[tuple[float, str, bool]]:
    found = []
    for match in message.find(_CANS):
        if not _FUEL.match(message.after(match.end())):
            litres = number(match["cans"]) * number(match["size"] or match["size2"])
            found.append((litres, message.take(*match.span()), _is_left(message, match)))
    return found


def _is_left(message: Message, match: re.Match[str]) -> bool:
    return bool(_LEFT.match(message.after(match.end())) or _LEFT_BEFORE.search(message.before(match.start())))


def _litres(message: Message, findings: Findings) -> list[tuple[float, str, bool]]:
    found = []
    people = sum(findings.values.get(each, 0) for each in ("adults", "children", "pregnant"))
    for match in message.find(_LITRES):
        after, left = message.after(match.end()), _is_left(message, match)
        if _FUEL.match(after) or (_FUEL_BEFORE.search(message.before(match.start())) and "eau" not in after[:8]):
            words = message.take(*match.span())
            findings.note(f"'{words}' is fuel, not water", f"« {words} » : du carburant, pas de l'eau")
            continue
        litres, words = number(match["count"]), message.take(*match.span())
        if each := _EACH.match(after):
            if not people:
                findings.ask(
                    f"'{words}' each: for how many people? give --people or --litres",
                    f"« {words} » chacun : pour combien de personnes ? donnez --people ou --litres",
                )
                continue
            words += " " + message.take(match.end(), match.end() + each.end())
            litres *= people
        found.append((litres, words, left))
    return found


def _no_water(message: Message) -> str:
    found = []
    for match in message.find(_NO_WATER):
        if not _NOT_QUITE.search(message.before(match.start())):
            found.append(message.take(*match.span()))
    return ", ".join(dict.fromkeys(found))


def _one_amount(amounts: list[tuple[float, str, bool]], findings: Findings) -> None:
    """Keep the one amount told; what is left counts before what there was; two are asked about."""
    left = [each for each in amounts if each[2]] or amounts
    litres = {each[0] for each in left}
    said = " / ".join(words for _, words, _ in left)
    if len(litres) > 1:
        total = sum(litres)
        findings.ask(
            f"how much water: {said}, or {total:g} litres in all? give --litres",
            f"combien d'eau : {said}, ou {total:g} litres en tout ? donnez --litres",
        )
        return
    findings.found("litres", left[0][0], said)
    for amount, words, _ in amounts:
        if amount not in litres:
            findings.note(f"'{words}' is not taken for what is left", f"« {words} » n'est pas pris pour ce qui reste")


def _unclear_water(message: Message, findings: Findings) -> None:
    for pattern in (_LITTLE, _CANS_ONLY):
        for match in message.find(pattern):
            words = message.take(*match.span())
            findings.note(f"'{words}': how many litres is not said", f"« {words} » : combien de litres n'est pas dit")


def read_battery(message: Message, findings: Findings) -> None:
    """Read the charge of the phone."""
    told = {}
    for match in message.find(_BATTERY):
        value = float((match["after"] or match["before"]).replace(",", "."))
        told[value] = message.take(*match.span())
    for match in [] if told else message.find(_FLAT):
        told[0.0] = message.take(*match.span())
    if len(told) > 1:
        said = " / ".join(told.values())
        findings.ask(f"which charge: {said}? give --battery", f"quelle charge : {said} ? donnez --battery")
    for value, words in told.items():
        findings.found("battery_pct", value, words)


def read_vehicle(message: Message, findings: Findings) -> None:
    """Read what state the vehicle is in; several states may all be true, the first of the list is kept."""
    for state, pattern in _VEHICLES:
        for match in message.find(pattern):
            if _denied(message, match):
                continue
            words = message.take(*match.span())
            kept = findings.values.setdefault("vehicle", state)
            if kept == state:
                findings.words["vehicle"] = ", ".join(filter(None, [findings.words.get("vehicle"), words]))
            else:
                findings.note(f"also told of the vehicle: '{words}'", f"dit aussi du véhicule : « {words} »")


def _denied(message: Message, match: re.Match[str]) -> bool:
    """Whether what is told is told not to be so."""
    before, after = message.before(match.start()), message.after(match.end())
    return bool(_NOT.search(before) or (_NOT_BEFORE.search(before) and _NOT_AFTER.match(after)))


def read_movement(message: Message, findings: Findings) -> None:
    """Read whether people walk or wait, and where walkers went."""
    split = _movement(message, _SOME) + _movement(message, _SPLIT)
    walking, waiting = _movement(message, _WALKING), _movement(message, _WAITING)
    words = ", ".join(each for each, _ in split + walking + waiting)
    if split:
        findings.found("movement", Movement.SPLIT, words)
    elif walking and waiting:
        findings.ask(
            f"do they walk or wait ('{walking[0][0]}', '{waiting[0][0]}')? give --movement walking, waiting or split",
            f"marchent-ils ou attendent-ils (« {walking[0][0]} », « {waiting[0][0]} ») ? "
            "donnez --movement walking, waiting ou split",
        )
    elif walking or waiting:
        findings.found("movement", Movement.WALKING if walking else Movement.WAITING, words)
    goals = dict(filter(None, (_goal(message, end) for _, end in split + walking)))
    for value, said in goals.items():
        if "walked_towards" in findings.values:
            findings.note(f"walkers are also told to go '{said}'", f"des marcheurs iraient aussi « {said} »")
        else:
            findings.found("walked_towards", value, said)


def _movement(message: Message, pattern: re.Pattern[str]) -> list[tuple[str, int]]:
    return [
        (message.take(*match.span()), match.end()) for match in message.find(pattern) if not _denied(message, match)
    ]


def _goal(message: Message, end: int) -> tuple[str, str] | None:
    """Return where walkers went, as a compass word, "water", "road" or a name, with the words."""
    after = message.after(end, 60)
    if match := _GOAL.match(after):
        words = message.take(end, end + match.end())
        if match["way"]:
            plain = re.sub(r"wards?$", "", match["way"])
            return "-".join(_COMPASS[word] for word in re.findall("|".join(_COMPASS), plain)), words
        if match["of"]:
            return message.text[end + match.start("of") : end + match.end("of")], words
        return ("water" if match["water"] else "road"), words
    if match := _NAMED_GOAL.match(after):
        words = message.take(end, end + match.end())
        return message.text[end + match.start("goal") : end + match.end("goal")], words
    return None


def read_reporter(message: Message, findings: Findings) -> None:
    """Read who told it, where one is named; never a name."""
    told = {}
    for reporter, pattern in _REPORTERS:
        if match := pattern.search(message.whole):
            told[reporter] = " ".join(message.text[match.start() : match.end()].split())
            if reporter is not Reporter.IN_GROUP:
                message.take(*match.span())
    if len(told) > 1:
        told.pop(Reporter.IN_GROUP, None)
    if len(told) == 1:
        [(reporter, words)] = told.items()
        findings.found("reported_by", reporter, words)
    elif told:
        said = " / ".join(told.values())
        findings.note(f"several may have told it: {said}", f"plusieurs ont pu le dire : {said}")
