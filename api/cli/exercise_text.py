"""The words of an exercise in French and English."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from api.usecases.exercise import Ask
    from api.usecases.exercise_draw import Exercise
    from sar.hidden_truth import News
    from sar.search_leg import SearchLeg

Lines = list[str]

_EN = {
    "alert": "Alert {at}: \"{where}\"", "read": "understood: {read}", "people": "people told of: {people}",
    "nobody": "nobody said how many", "litres": "water: {litres:g} l", "hours": "stranded for {hours:g} h",
    "contact": "last contact {at}", "vehicle": "vehicle: {vehicle}; movement: {movement}",
    "towards": "walked towards: {towards}", "by": "told by: {by}, grade {grade}",
    "storm": "sandstorm forecast from {first} to {last}: nobody drives in it",
    "cars": "cars: {cars}; they drive by day only, {hours:g} h from now at most",
    "turn": "\n{at}, hour {hour:.0f} after the alert: {car} at {lat:.3f}, {lon:.3f}",
    "leg": "  {number}. {to}, {kind}: {km:.0f} km, {search:.0f} km of them searched, done after {hours:.1f} h",
    "area": "square", "along tracks": "track", "how": "a number, engine, wait HOURS, go PLACE or quit",
    "sent": "{at}  {car} leaves for {to}", "driven": "{at}  {car} searched {km:.0f} km towards {to}",
    "home": "{at}  {car} is home to refuel and rest",
    "found": "{at}  {car} FOUND {what} at {lat:.3f}, {lon:.3f}: {alive} alive, {dead} dead",
    "others": "; {others} of the group are elsewhere", "with": "people with the vehicle", "on foot": "people on foot",
    "empty vehicle": "{at}  {car} found the vehicle, empty, at {lat:.3f}, {lon:.3f}",
    "footprints": "{at}  {car} crossed footprints at {lat:.3f}, {lon:.3f}, going {bearing:.0f}°",
    "sighting": "{at}  a passer-by tells of people near {lat:.3f}, {lon:.3f}, give or take {km:g} km",
    "title": "Score of exercise {seed}", "heads": ["", "hours to find", "found alive"], "you": "decisions",
    "all": "knowing where they are", "lkp": "straight to the last known position", "none": "not found",
    "worth": "worth of the decisions before anybody knew: POS {pos:.0%}, {alive:.1f} people alive, "
             "{rate:.1%} a car-hour",
    "worth_of": "  {name}: POS {pos:.0%}, {alive:.1f} people alive, {rate:.1%} a car-hour", "engine": "engine",
    "truth": "truth: {scenario}, {people} people, stranded {at} at {lat:.3f}, {lon:.3f}; {safe} reached water alone",
}  # fmt: skip
_FR = {
    "alert": "Alerte {at} : « {where} »", "read": "compris : {read}", "people": "personnes signalées : {people}",
    "nobody": "personne n'a dit combien ils sont", "litres": "eau : {litres:g} l",
    "hours": "en détresse depuis {hours:g} h", "contact": "dernier contact {at}",
    "vehicle": "véhicule : {vehicle} ; mouvement : {movement}", "towards": "partis à pied vers : {towards}",
    "by": "signalé par : {by}, fiabilité {grade}",
    "storm": "tempête de sable prévue de {first} à {last} : personne n'y roule",
    "cars": "voitures : {cars} ; elles ne roulent que de jour, {hours:g} h au plus à partir de maintenant",
    "turn": "\n{at}, heure {hour:.0f} après l'alerte : {car} à {lat:.3f}, {lon:.3f}",
    "leg": "  {number}. {to}, {kind} : {km:.0f} km dont {search:.0f} km de recherche, fini dans {hours:.1f} h",
    "area": "carré", "along tracks": "piste", "how": "un numéro, engine, wait HEURES, go LIEU ou quit",
    "sent": "{at}  {car} part pour {to}", "driven": "{at}  {car} a cherché sur {km:.0f} km vers {to}",
    "home": "{at}  {car} est à sa base : carburant et repos",
    "found": "{at}  {car} A TROUVÉ {what} à {lat:.3f}, {lon:.3f} : {alive} vivants, {dead} morts",
    "others": " ; {others} du groupe sont ailleurs", "with": "des gens près du véhicule", "on foot": "des gens à pied",
    "empty vehicle": "{at}  {car} a trouvé le véhicule vide à {lat:.3f}, {lon:.3f}",
    "footprints": "{at}  {car} a croisé des traces de pas à {lat:.3f}, {lon:.3f}, vers {bearing:.0f}°",
    "sighting": "{at}  un passant signale des gens vers {lat:.3f}, {lon:.3f}, à {km:g} km près",
    "title": "Résultat de l'exercice {seed}", "heads": ["", "heures pour trouver", "trouvés vivants"],
    "you": "décisions", "all": "en sachant où ils sont", "lkp": "droit à la dernière position connue",
    "none": "pas trouvés",
    "worth": "valeur des décisions avant de savoir : POS {pos:.0%}, {alive:.1f} personnes vivantes, "
             "{rate:.1%} par heure de voiture",
    "worth_of": "  {name} : POS {pos:.0%}, {alive:.1f} personnes vivantes, {rate:.1%} par heure de voiture",
    "engine": "moteur",
    "truth": "vérité : {scenario}, {people} personnes, en détresse {at} à {lat:.3f}, {lon:.3f} ; {safe} ont atteint "
             "l'eau seuls",
    # what an alert may hold
    "broken down": "en panne", "stuck": "ensablé", "out of fuel": "à court de carburant", "lost": "égaré",
    "left behind": "abandonné", "no vehicle": "aucun", "unknown": "inconnu", "waiting": "attendent",
    "walking": "marchent", "split": "groupe séparé", "in the group": "quelqu'un du groupe", "survivor": "un rescapé",
    "driver": "un chauffeur", "relative": "un proche", "alarm line": "une ligne d'alerte",
    "authority": "une autorité", "passer-by": "un passant", "water": "l'eau", "north": "nord", "south": "sud",
    "east": "est", "west": "ouest", "north-east": "nord-est", "south-west": "sud-ouest",
    "stayed": "restés sur place", "to-water": "partis vers l'eau", "back": "revenus sur leurs pas",
    "on": "partis plus loin", "to-town": "partis vers une ville", "as-told": "partis comme dit",
}  # fmt: skip


class Words:
    """What is said in one language."""

    def __init__(self, table: dict[str, Any]) -> None:
        self.table = table

    def __getitem__(self, key: str) -> str:
        """Return a word; the key itself where the language has no other."""
        return str(self.table.get(key, key))

    def _at(self, exercise: Exercise, hour: float) -> str:
        from api.usecases.exercise import moment

        return f"{moment(exercise, hour):%Y-%m-%d %H:%MZ}"

    def alert(self, exercise: Exercise) -> Lines:
        """Return the alert and what stands ready."""
        alert, desk = exercise.alert, exercise.desk
        found = [
            self["alert"].format(at=self._at(exercise, desk.now_h), where=alert.where),
            self["read"].format(read=exercise.understood),
            self["people"].format(people=alert.people) if alert.people else self["nobody"],
        ]
        if alert.litres is not None:
            found.append(self["litres"].format(litres=alert.litres))
        if alert.hours_stranded is not None:
            found.append(self["hours"].format(hours=alert.hours_stranded))
        elif alert.last_contact is not None:
            found.append(self["contact"].format(at=f"{alert.last_contact:%Y-%m-%d %H:%MZ}"))
        found.append(self["vehicle"].format(vehicle=self[alert.vehicle.value], movement=self[alert.movement.value]))
        if alert.walked_towards:
            found.append(self["towards"].format(towards=self[alert.walked_towards]))
        found.append(self["by"].format(by=self[alert.reported_by.value], grade=alert.grade.value))
        if exercise.storm_h:
            first, last = (self._at(exercise, hour) for hour in (exercise.storm_h[0], exercise.storm_h[-1] + 1))
            found.append(self["storm"].format(first=first, last=last))
        cars = ", ".join(f"{each.searcher.asset_id}" for each in desk.cars)
        return [*found, self["cars"].format(cars=cars, hours=desk.until_h - desk.now_h)]

    def turn(self, exercise: Exercise, asked: Ask) -> Lines:
        """Return where a car is and what it may do."""
        desk, searcher = asked.desk, asked.car.searcher
        found = [
            self["turn"].format(
                at=self._at(exercise, desk.now_h), hour=desk.now_h - exercise.desk.now_h, car=searcher.asset_id,
                lat=searcher.lat, lon=searcher.lon,
            )
        ]  # fmt: skip
        found += [self._leg(number, leg, desk.now_h) for number, leg in enumerate(asked.legs, 1)]
        return [*found, self["how"]]

    def _leg(self, number: int, leg: SearchLeg, now_h: float) -> str:
        return self["leg"].format(
            number=number, to=leg.to, kind=self[leg.kind.value], km=leg.swath.length_km, search=leg.search_km,
            hours=leg.ends_h - now_h,
        )  # fmt: skip

    def happened(self, exercise: Exercise, what: str, desk: Any, about: Any) -> str:
        """Return what a turn of events is told as; "" for nothing."""
        at = self._at(exercise, desk.now_h)
        if what == "leg":
            return self["sent"].format(at=at, car=about.searcher.asset_id, to=about.leg.to)
        if what == "driven":
            return self["driven"].format(at=at, car=about.asset_id, km=about.search_km, to=about.to)
        if what == "home":
            return self["home"].format(at=at, car=about.searcher.asset_id)
        return self.news(at, about)

    def news(self, at: str, news: News) -> str:
        """Return a clue or a find in words."""
        values = {"at": at, "car": news.asset_id, "lat": news.lat, "lon": news.lon, "km": news.radius_km}
        if not news.found:
            return self[news.what].format(**values, bearing=news.bearing_deg or 0.0)
        what = self["with" if news.what == "vehicle" else "on foot"]
        text = self["found"].format(**values, what=what, alive=news.alive, dead=news.dead)
        return text + (self["others"].format(others=news.others) if news.others else "")

    def score(self, document: dict[str, Any]) -> tuple[str, list[str], list[list[str]], Lines]:
        """Return the score as a table with its title and heads, and lines below it."""
        scored, truth = document["score"], document["truth"]
        people = scored["people"]

        def row(name: str, hours: float | None, alive: float) -> list[str]:
            return [self[name], self["none"] if hours is None else f"{hours:.1f}", f"{alive:.0f} / {people}"]

        rows = [
            row("you", scored["hours_to_find"], scored["found_alive"]),
            row("lkp", scored["last_known_position"]["hours_to_find"], scored["last_known_position"]["found_alive"]),
            row("all", scored["knowing_all"]["hours_to_find"], scored["knowing_all"]["alive"]),
        ]
        lines = []
        for key, each in scored["worth_before_knowing"].items():
            values = {"pos": each["pos"], "alive": each["people_alive"], "rate": each["pos_per_car_hour"]}
            name = self["engine" if key == "engine" else "lkp"]
            text = self["worth"] if key == "decisions" else self["worth_of"]
            lines.append(text.format(**values, name=name))
        lines.append(
            self["truth"].format(
                scenario=self[truth["scenario"]], people=truth["people"], at=truth["stranded_at"][:16],
                lat=truth["lat"], lon=truth["lon"], safe=scored["safe_by_themselves"],
            )
        )  # fmt: skip
        heads = self.table["heads"]
        return self["title"].format(seed=document["seed"]), list(heads), rows, lines


def words_of(language: str) -> Words:
    """Return the words of a language."""
    return Words(_FR if language == "fr" else _EN)
