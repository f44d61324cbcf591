"""The operations of the API in any order, on tests from JSON and from oddly written XML, against the plain model of `operations_model`.

After every step: answers and refusals are those of the model; what is refused leaves the store as it was, to the byte; all forms of the changed
test agree; its XML is valid when it should be; and nothing in it changed but what was to be changed. `--hypothesis-profile=full` makes 1,000 runs.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, MutableMapping
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from hypothesis import seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, precondition, rule, run_state_machine_as_test
from operations_inputs import (
    DOCUMENTS,
    HOW,
    IDENTIFIERS,
    ORDERS,
    PAGES,
    PARTS,
    PLACES,
    QUERIES,
    REFS,
    SECTIONS,
    SEQUENCES,
    SOUND,
    TEMPLATES,
    TESTS,
    VERSIONS,
    WRONG_ORDERS,
    WRONG_PARTS,
    WRONG_REFS,
    WRONG_SECTIONS,
    WRONG_TESTS,
    Place,
    Sent,
    alter,
    as_shown,
    matches,
    mostly,
    page_of,
    paged,
    ruin,
    said,
    written,
)
from operations_model import JSON_DEFAULTS, XML_DEFAULTS, Model, Node, Refused, Test, below, check_bytes, from_json, part_of, pieces_of, shown, told

from qtimodel import ApiError, api, content, xml
from qtimodel.validation import is_valid

JSON = dict[str, Any]
FULL = settings().max_examples > 100

# -- the machine -------------------------------------------------------------------------------------------------------------


class Operations(RuleBasedStateMachine):
    """The operations on one store, and the model."""

    tests = Bundle("tests")

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.folder = Path(mkdtemp()) if kind == "folder" else None
        self.store: MutableMapping[str, JSON] = {} if kind == "dict" else api.MemoryStore() if self.folder is None else api.FolderStore(self.folder)
        self.now, self.ids = datetime(2026, 1, 2, 3, 4, 5, 678_901, UTC), 0
        self.service = api.AssessmentTests(self.store, clock=lambda: self.now, new_id=self.new_id)
        self.model = Model()
        self.touched: tuple[str, Test | None, str | None] | None = None  # what the last step was to change: as it was before, and its XML

    def new_id(self) -> str:
        self.ids += 1
        return f"{self.ids:024x}"

    def teardown(self) -> None:
        try:
            for identifier in self.model.tests if self.touched is None else ():  # otherwise, a step has failed
                self.agree(identifier)
            for identifier in ("t9", "../t1", ""):
                assert self.both(identifier, partial(Model.open, identifier=identifier), lambda _: self.service.get(identifier)) is None  # noqa: B023
        finally:
            if self.folder is not None:
                shutil.rmtree(self.folder)

    def kept(self) -> dict[str, Any]:
        """What the store holds, to the byte."""
        if self.folder is not None:
            return {path.name: path.read_bytes() for path in self.folder.glob("*.json")}
        return {key: json.dumps(value) for key, value in self.store.items()}

    def both(
        self, identifier: str, predict: Callable[[Model], Any], operate: Callable[[Any], Any], body: Any = None, wrong: int | None = None
    ) -> tuple[Any, Any] | None:
        """Do it in the model and in the store: both answers, or `None` if both refuse."""
        self.now += timedelta(seconds=1)
        self.model.now = self.now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        kept, sent, body, trial = self.kept(), deepcopy(body), deepcopy(body), deepcopy(self.model)
        raw = self.service.get(identifier, format="xml") if identifier in trial.tests else None
        status, expected = wrong, None
        if wrong is None:
            try:
                expected = predict(trial)
            except Refused as refused:
                (status,) = refused.args
        refusal = answer = None
        try:
            answer = operate(body)
        except ApiError as error:
            refusal = error
        assert body == sent
        assert (refusal.status if refusal is not None else None) == status, refusal
        if refusal is not None:
            assert refusal.body.keys() == ({"error", "details"} if status in (400, 409) else {"error"})
            assert self.kept() == kept
            return None
        given = deepcopy(answer)
        ruin(body)
        ruin(answer)
        self.touched = identifier, self.model.tests.get(identifier), raw
        self.model = trial
        kept_after = self.kept()
        assert sum(kept_after.get(key) != kept.get(key) for key in kept.keys() | kept_after.keys()) <= 1
        return given, expected

    def section(self, answers: tuple[Any, Any] | None, identifier: str) -> None:
        """Compare what is told of a section."""
        if answers is not None:
            answer, (position, node) = answers
            assert (answer["sequence"], told(answer, "section")) == (position, shown(node, self.model.tests[identifier].defaults))

    def part(self, answers: tuple[Any, Any] | None, identifier: str) -> None:
        if answers is not None:
            assert told(answers[0], "part") == shown(answers[1], self.model.tests[identifier].defaults)

    def whole(self, answers: tuple[Any, Any] | None) -> None:
        if answers is not None:
            answer, test = answers
            assert told(answer, "test") == shown(test.tree, test.defaults)
            assert (answer["__v"], answer["createdAt"], answer["updatedAt"]) == (test.version, test.created, test.updated)
            assert (answer["qtiVersion"], answer["isValidXml"]) == ("3.0", is_valid(answer["rawXml"]))
            assert test.valid in (None, answer["isValidXml"])

    @invariant()
    def check(self) -> None:
        """After every step, of the test that it changed."""
        if self.touched is not None:
            identifier, before, raw = self.touched
            self.touched = None
            if identifier in self.model.tests:
                test = self.model.tests[identifier]
                answer = self.agree(identifier)
                if before is not None and raw is not None:
                    check_bytes(raw, before.tree, answer["rawXml"], test.tree)
            else:
                assert identifier not in self.store

    def agree(self, identifier: str) -> JSON:
        """All forms of a test say the same."""
        answer: JSON = self.service.get(identifier)
        test = self.model.tests[identifier]
        self.whole((answer, test))
        raw = answer["rawXml"]
        assert self.service.get(identifier, format="xml") == raw
        pieces_of(raw, test.tree)
        complete = all(one["own"].get("href", "") is not None for one in below(test.tree))
        tree, issues = xml.loads(raw, recover=True)
        assert complete == (issues == [])
        assert content.structure(answer["content"], recover=True).tree == tree
        strict = complete and test.sound is not None
        record = api.structure(deepcopy(answer), strict=strict)
        assert not strict or all(issue.code == "repeated" for issue in record.issues)
        assert record.test == tree
        assert api.unstructure(record) == answer
        assert api.structure(api.unstructure(record, view="create")).test == tree
        return answer

    # -- where ---------------------------------------------------------------------------------------------------------------

    def version(self, identifier: str, version: str) -> int | None:
        known = self.model.tests[identifier].version if identifier in self.model.tests else 0
        return {"any": None, "right": known}.get(version, known - 1 if known else 1)

    def parts(self, identifier: str) -> list[Node]:
        return list(self.model.tests[identifier].tree["children"]) if identifier in self.model.tests else []

    def part_at(self, identifier: str, place: Place) -> str:
        """The identifier of a part, now and then of none."""
        names = [one["id"] for one in self.parts(identifier)] or ["p1"]
        return str(names[place[0] % len(names)]) if place[0] < 20 else "nowhere"

    def section_at(self, identifier: str, place: Place, least: int = 0) -> tuple[str, str]:
        """The identifiers of a part and of a section in it with so many children if there is one, now and then of something else, or of nothing."""
        part = self.part_at(identifier, place)
        found = [one for parent in self.parts(identifier) if parent["id"] == part or place[1] == 38 for one in below(parent)]
        found = [one for one in found if one["kind"] == "section" or place[1] == 39]
        names = [one["id"] for one in found if len(one["children"]) >= least] or [one["id"] for one in found] or ["s1"]
        return part, str(names[place[1] % len(names)]) if place[1] < 40 else "nowhere"

    def found(self, identifier: str, part: str, section: str) -> Node | None:
        """A section that is there, and is the only one of its name."""
        try:
            return self.model.get_section(identifier, part, section)[1]
        except Refused:
            return None

    def refs(self, identifier: str, part: str, section: str) -> list[str]:
        found = self.found(identifier, part, section)
        return [one["id"] for one in found["children"] if one["kind"] == "ref"] if found is not None else []

    # -- tests ---------------------------------------------------------------------------------------------------------------

    def create(self, identifier: str, body: Any, node: Any, defaults: JSON, *, sound: bool | None = True, wrong: int | None = None, raw: Any = None) -> Any:
        """The identifier, if the test is there now. `raw`: the XML that was given."""
        new_id = f"{self.ids + 1:024x}"
        answers = self.both(identifier, lambda model: model.create(node, new_id, defaults, sound), self.service.create, body, wrong)
        self.whole(answers)
        assert answers is None or raw in (None, answers[0]["rawXml"])
        return identifier if answers is not None else multiple()

    @initialize(target=tests, document=st.sampled_from(list(TEMPLATES)))
    def begin(self, document: str) -> Any:
        raw, node = written(document, "t1")
        return self.create("t1", raw, node, XML_DEFAULTS, sound=SOUND[document], raw=raw)

    @rule(target=tests, document=DOCUMENTS, identifier=IDENTIFIERS)
    def create_from_xml(self, document: str, identifier: str) -> Any:
        raw, node = written(document, identifier)
        return self.create(node["id"], raw, node, XML_DEFAULTS, sound=SOUND.get(document), raw=raw)

    @rule(target=tests, sent=mostly(TESTS, WRONG_TESTS), identifier=IDENTIFIERS, as_text=st.booleans())
    def create_from_json(self, sent: Sent, identifier: str, as_text: bool) -> Any:
        body, wrong = sent
        if wrong is not None:
            return self.create(identifier, body, None, JSON_DEFAULTS, wrong=wrong)
        body = body | {"identifier": identifier}
        return self.create(identifier, json.dumps(body) if as_text else body, from_json(body, "test"), JSON_DEFAULTS)

    @precondition(lambda self: len(self.model.tests) > 1)
    @rule(target=tests, identifier=consumes(tests), version=VERSIONS, forget=st.integers(0, 3))
    def delete(self, identifier: str, version: str, forget: int) -> Any:
        expected = self.version(identifier, version)
        answers = self.both(identifier, lambda model: model.delete(identifier, expected), lambda _: self.service.delete(identifier, expected_version=expected))
        return multiple() if answers is not None and forget else identifier

    def replace(
        self, identifier: str, body: Any, node: Node, version: int | None, how: JSON, *, wrong: int | None = None, raw: Any = None, given: int | None = None
    ) -> None:
        """`how`: as the model wants to know it. `raw`: the XML that was given. `given`: the version that the body says."""

        def predict(model: Model) -> Test:
            return model.replace(identifier, node, given if version is None else version, **how)

        answers = self.both(identifier, predict, lambda body: self.service.replace(identifier, body, expected_version=version), body, wrong)
        self.whole(answers)
        assert answers is None or raw in (None, answers[0]["rawXml"])

    @rule(identifier=tests, document=DOCUMENTS, version=VERSIONS)
    def replace_by_xml(self, identifier: str, document: str, version: str) -> None:
        raw, node = written(document, identifier)
        how = {"only_xml": True, "flat": False, "defaults": XML_DEFAULTS, "sound": SOUND.get(document)}
        self.replace(identifier, raw, node, self.version(identifier, version), how, raw=raw)

    @rule(identifier=tests, name=IDENTIFIERS, body=TESTS, version=VERSIONS)
    def replace_by_another(self, identifier: str, name: str, body: JSON, version: str) -> None:
        body = body | {"identifier": name}
        how = {"only_xml": False, "flat": True, "defaults": None, "sound": True}
        self.replace(identifier, body, from_json(body, "test"), self.version(identifier, version), how)

    @rule(identifier=tests, version=VERSIONS, form=st.sampled_from(["all", "wrong", "flat", "create"]), how=HOW, keep_version=st.booleans())
    def replace_by_what_was_got(self, identifier: str, version: str, form: str, how: tuple[int, str], keep_version: bool) -> None:
        if identifier not in self.model.tests:
            return
        test, body = self.model.tests[identifier], self.service.get(identifier)
        if test.sound is None or any(one["own"].get("href", "") is None for one in below(test.tree)):
            return  # the API's schema asks for more than QTI
        node, wrong = deepcopy(test.tree), None
        if form == "create":
            body = api.unstructure(api.structure(body), view="create")
            for one in below(node):
                one["other"].pop("_id", None)
        elif form == "flat":
            body = {key: value for key, value in body.items() if key not in ("rawXml", "content", "isValidXml")}
            node = as_shown(node, test)
        if form in ("create", "flat"):
            alter(body, node, *how)
        elif form == "wrong":
            body["title"], wrong = body["title"] + "!", 400
        given = body.get("__v")
        if not keep_version:
            given = body.pop("__v", None) and None
        elif given is not None and version == "stale":
            body["__v"] = given = given + 1
        expected = None if keep_version else self.version(identifier, version)
        as_it_was = {"only_xml": False, "flat": form in ("create", "flat"), "defaults": None, "sound": test.sound}
        self.replace(identifier, body, node, expected, as_it_was, wrong=wrong, given=given)

    # -- test parts ----------------------------------------------------------------------------------------------------------

    @rule(identifier=tests, sent=mostly(PARTS, WRONG_PARTS), version=VERSIONS)
    def create_test_part(self, identifier: str, sent: Sent, version: str) -> None:
        (body, wrong), expected = sent, self.version(identifier, version)
        answers = self.both(
            identifier,
            lambda model: model.create_test_part(identifier, from_json(body, "part"), expected),
            lambda body: self.service.create_test_part(identifier, body, expected_version=expected),
            body,
            wrong,
        )
        self.part(answers, identifier)

    @rule(identifier=tests, place=PLACES, sent=mostly(PARTS, WRONG_PARTS), how=HOW | st.none(), version=VERSIONS)
    def update_test_part(self, identifier: str, place: Place, sent: Sent, how: tuple[int, str] | None, version: str) -> None:
        (body, wrong), expected, part = sent, self.version(identifier, version), self.part_at(identifier, place)
        node: Any = from_json(body, "part") if wrong is None else None
        found = [one for one in self.parts(identifier) if one["id"] == part]
        if how is not None and len(found) == 1:
            body, wrong, node = self.service.get_test_part(identifier, part), None, as_shown(found[0], self.model.tests[identifier])
            alter(body, node, *how)
        answers = self.both(
            identifier,
            lambda model: model.update_test_part(identifier, part, node, expected),
            lambda body: self.service.update_test_part(identifier, part, body, expected_version=expected),
            body,
            wrong,
        )
        self.part(answers, identifier)

    @rule(identifier=tests, place=PLACES, version=VERSIONS)
    def delete_test_part(self, identifier: str, place: Place, version: str) -> None:
        expected, part = self.version(identifier, version), self.part_at(identifier, place)
        answers = self.both(
            identifier,
            lambda model: model.delete_test_part(identifier, part, expected),
            lambda _: self.service.delete_test_part(identifier, part, expected_version=expected),
        )
        assert answers is None or answers[0] == {"message": "Test part deleted successfully"}

    @rule(identifier=tests, place=PLACES, query=QUERIES, mode=st.sampled_from([None, "linear", "nonlinear"]), page=PAGES)
    def look_at_test_parts(self, identifier: str, place: Place, query: str | None, mode: str | None, page: tuple[int, int | None]) -> None:
        part, (number, limit) = self.part_at(identifier, place), page
        answers = self.both(identifier, lambda model: part_of(model.open(identifier), part), lambda _: self.service.get_test_part(identifier, part))
        self.part(answers, identifier)

        def search(model: Model) -> list[Node]:
            return [one for one in model.open(identifier).tree["children"] if mode in (None, one["own"]["navigationMode"]) and matches(one, query)]

        answers = self.both(
            identifier,
            search,
            lambda _: self.service.search_test_parts(identifier, query, navigation_mode=mode, page=number, limit=limit),
            wrong=400 if number < 1 and identifier in self.model.tests else None,
        )
        if answers is not None:
            items, defaults = page_of(answers[0], len(answers[1]), number, limit), self.model.tests[identifier].defaults
            assert [told(item, "part") for item in items] == [shown(one, defaults) for one in paged(answers[1], number, limit)]

    # -- sections ------------------------------------------------------------------------------------------------------------

    @rule(identifier=tests, place=PLACES, sent=mostly(SECTIONS, WRONG_SECTIONS), version=VERSIONS)
    def create_section(self, identifier: str, place: Place, sent: Sent, version: str) -> None:
        (body, wrong), expected, part = sent, self.version(identifier, version), self.part_at(identifier, place)
        answers = self.both(
            identifier,
            lambda model: model.create_section(identifier, part, from_json(body, "section"), body.get("sequence"), expected),
            lambda body: self.service.create_section(identifier, part, body, expected_version=expected),
            body,
            wrong,
        )
        self.section(answers, identifier)

    @rule(identifier=tests, place=PLACES, sent=mostly(SECTIONS, WRONG_SECTIONS), how=HOW | st.none(), sequence=SEQUENCES, version=VERSIONS)
    def update_section(self, identifier: str, place: Place, sent: Sent, how: tuple[int, str] | None, sequence: int | None, version: str) -> None:
        (body, wrong), expected, (part, section) = sent, self.version(identifier, version), self.section_at(identifier, place)
        node: Any = from_json(body, "section") if wrong is None else None
        if how is not None and (found := self.found(identifier, part, section)) is not None:
            body, wrong, node = self.service.get_section(identifier, part, section), None, as_shown(found, self.model.tests[identifier])
            alter(body, node, *how)
            body |= {"sequence": sequence} if sequence is not None else {}
        answers = self.both(
            identifier,
            lambda model: model.update_section(identifier, part, section, node, body.get("sequence"), expected),
            lambda body: self.service.update_section(identifier, part, section, body, expected_version=expected),
            body,
            wrong,
        )
        self.section(answers, identifier)

    @rule(identifier=tests, place=PLACES, version=VERSIONS)
    def delete_section(self, identifier: str, place: Place, version: str) -> None:
        expected, (part, section) = self.version(identifier, version), self.section_at(identifier, place)
        answers = self.both(
            identifier,
            lambda model: model.delete_section(identifier, part, section, expected),
            lambda _: self.service.delete_section(identifier, part, section, expected_version=expected),
        )
        assert answers is None or answers[0] == {"message": "Section deleted successfully"}

    @rule(identifier=tests, place=PLACES, query=QUERIES, page=PAGES)
    def look_at_sections(self, identifier: str, place: Place, query: str | None, page: tuple[int, int | None]) -> None:
        (part, section), (number, limit) = self.section_at(identifier, place), page
        answers = self.both(
            identifier, lambda model: model.get_section(identifier, part, section), lambda _: self.service.get_section(identifier, part, section)
        )
        self.section(answers, identifier)

        def search(model: Model) -> list[tuple[int, Node]]:
            children = enumerate(part_of(model.open(identifier), part)["children"], 1)
            return [(position, one) for position, one in children if one["kind"] == "section" and matches(one, query)]

        wrong = 400 if number < 1 and len([one for one in self.parts(identifier) if one["id"] == part]) == 1 else None
        answers = self.both(identifier, search, lambda _: self.service.search_sections(identifier, part, query, page=number, limit=limit), wrong=wrong)
        if answers is not None:
            for item, one in zip(page_of(answers[0], len(answers[1]), number, limit), paged(answers[1], number, limit), strict=True):
                self.section((item, one), identifier)

    # -- references to items -------------------------------------------------------------------------------------------------

    @rule(identifier=tests, place=PLACES, sent=mostly(REFS, WRONG_REFS), guide=st.booleans(), version=VERSIONS)
    def add_assessment_item(self, identifier: str, place: Place, sent: Sent, guide: bool, version: str) -> None:
        (body, wrong), expected, (part, section) = sent, self.version(identifier, version), self.section_at(identifier, place)
        node: Any = from_json(body, "ref") if wrong is None else None
        if guide and wrong is None:
            body = {"itemIdentifier" if key == "identifier" else key: value for key, value in body.items()}
        answers = self.both(
            identifier,
            lambda model: model.add_assessment_item(identifier, part, section, node, body.get("sequence"), expected),
            lambda body: self.service.add_assessment_item(identifier, part, section, body, expected_version=expected),
            body,
            wrong,
        )
        self.section(answers, identifier)

    @rule(identifier=tests, place=PLACES, item=st.integers(0, 5), version=VERSIONS)
    def remove_assessment_item(self, identifier: str, place: Place, item: int, version: str) -> None:
        expected, (part, section) = self.version(identifier, version), self.section_at(identifier, place, 1)
        names = [*self.refs(identifier, part, section), "nowhere"]
        name = names[item % len(names)]
        answers = self.both(
            identifier,
            lambda model: model.remove_assessment_item(identifier, part, section, name, expected),
            lambda _: self.service.remove_assessment_item(identifier, part, section, name, expected_version=expected),
        )
        self.section(answers, identifier)

    @rule(identifier=tests, place=PLACES, order=st.permutations(range(6)), count=st.integers(1, 6), sequences=ORDERS, version=VERSIONS)
    def update_assessment_item_order(
        self, identifier: str, place: Place, order: list[int], count: int, sequences: list[int] | int | None, version: str
    ) -> None:
        expected, (part, section) = self.version(identifier, version), self.section_at(identifier, place, 2)
        refs = list(dict.fromkeys(self.refs(identifier, part, section))) or ["nowhere"]
        items: list[Any] = [(refs[number], sequences[number] if isinstance(sequences, list) else None) for number in order if number < len(refs)][:count]
        body, wrong = {"items": [said(identifier=name, sequence=sequence) for name, sequence in items]}, None
        if isinstance(sequences, int):
            body, wrong = WRONG_ORDERS[sequences]
        answers = self.both(
            identifier,
            lambda model: model.update_assessment_item_order(identifier, part, section, items, expected),
            lambda body: self.service.update_assessment_item_order(identifier, part, section, body, expected_version=expected),
            body,
            wrong,
        )
        self.section(answers, identifier)


SHARES = [("dict", 1), ("dict", 2), ("memory", 1), ("memory", 2), ("folder", 1)]


@pytest.mark.parametrize(("kind", "share"), SHARES)
def test_operations_in_any_order(kind: str, share: int) -> None:
    """In the full suite 1,000 runs, in shares that can run side by side."""
    machine: Any = lambda: Operations(kind)  # noqa: E731
    machine = machine if FULL else seed(SHARES.index((kind, share)))(machine)  # always the same, but not five times
    chosen = settings(max_examples=1000 // len(SHARES) if FULL else 12, stateful_step_count=25 if FULL else 15)
    run_state_machine_as_test(machine, settings=chosen)
