"""The structure of a test: the test, its parts, sections and references to items, and what controls their delivery."""

from __future__ import annotations

from ..datatypes import AnyURI, Double, Identifier, Integer, NonNegativeDouble, Token
from ..nodes import Element, Markup, node_class
from ..spec import Attributes, Flat, element, many, spec_default
from .content import RubricBlock, Stylesheet, TestFeedback
from .declarations import ContextDeclaration, OutcomeDeclaration
from .expressions import Expression
from .include import Include
from .processing import OutcomeProcessing
from .vocabulary import NavigationMode, SubmissionMode

__all__ = [
    "AdaptiveEngineRef",
    "AdaptiveReference",
    "AdaptiveSelection",
    "AdaptiveSettingsRef",
    "AssessmentItemRef",
    "AssessmentSection",
    "AssessmentSectionRef",
    "AssessmentTest",
    "BranchRule",
    "ItemSessionControl",
    "MetadataRef",
    "Ordering",
    "PreCondition",
    "Selection",
    "TemplateDefault",
    "TestPart",
    "TimeLimits",
    "UsagedataRef",
    "VariableMapping",
    "Weight",
]


# -- what controls delivery ------------------------------------------------------------------------------------------------


@element("qti-item-session-control")
class ItemSessionControl(Element):
    """What candidates may do with an item. Inherited downwards: what is not written comes from the parent, last from the defaults.

    `max_attempts` 0 means no limit. Source: ASI 3.0.1, ItemSessionControlDType.
    """

    max_attempts: Integer | None = None
    show_feedback: bool | None = spec_default(False)
    allow_review: bool | None = spec_default(True)
    show_solution: bool | None = spec_default(False)
    allow_comment: bool | None = spec_default(False)
    allow_skipping: bool | None = spec_default(True)
    validate_responses: bool | None = spec_default(False)


@element("qti-time-limits")
class TimeLimits(Element):
    """The least and the longest time for a test, part, section or item, in seconds. Source: ASI 3.0.1, TimeLimitsDType."""

    min_time: NonNegativeDouble | None = None
    max_time: NonNegativeDouble | None = None
    allow_late_submission: bool | None = spec_default(False)


@element("qti-pre-condition")
class PreCondition(Element):
    """Skips what it stands in, unless its expression is true when its turn comes. Source: ASI 3.0.1, LogicSingleDType."""

    expression: Expression


@element("qti-branch-rule")
class BranchRule(Element):
    """Goes on at `target`, after what it stands in, if its expression is true.

    `target` is an identifier, or `EXIT_TEST`, `EXIT_TESTPART` or `EXIT_SECTION`. Source: ASI 3.0.1, BranchRuleDType.
    """

    target: Identifier
    expression: Expression


@element("qti-selection", attributes=Attributes.FOREIGN)
class Selection(Element):
    """How many of a section's children a candidate gets. Source: ASI 3.0.1, SelectionDType."""

    select: Integer
    with_replacement: bool | None = spec_default(False)
    extensions: list[Markup] = many(foreign=True)


@element("qti-ordering", attributes=Attributes.FOREIGN)
class Ordering(Element):
    """Whether a section's children come in random order. Source: ASI 3.0.1, OrderingDType."""

    shuffle: bool | None = spec_default(False)
    extensions: list[Markup] = many(foreign=True)


@node_class
class AdaptiveReference(Element):
    """Group: what adaptive selection refers to. Source: ASI 3.0.1, AdaptiveHrefDType."""

    identifier: Identifier
    href: AnyURI


@element("qti-adaptive-engine-ref")
class AdaptiveEngineRef(AdaptiveReference):
    """The engine that chooses the items. Source: ASI 3.0.1, AdaptiveHrefDType."""


@element("qti-adaptive-settings-ref")
class AdaptiveSettingsRef(AdaptiveReference):
    """The settings for the engine. Source: ASI 3.0.1, AdaptiveHrefDType."""


@element("qti-usagedata-ref")
class UsagedataRef(AdaptiveReference):
    """The usage data, such as statistics of the items, for the engine. Source: ASI 3.0.1, AdaptiveHrefDType."""


@element("qti-metadata-ref")
class MetadataRef(AdaptiveReference):
    """The metadata of the items, for the engine. Source: ASI 3.0.1, AdaptiveHrefDType."""


@element("qti-adaptive-selection")
class AdaptiveSelection(Element):
    """Leaves the choice of the next item to an engine for adaptive testing. Source: ASI 3.0.1, AdaptiveSelectionDType."""

    adaptive_engine_ref: AdaptiveEngineRef
    adaptive_settings_ref: AdaptiveSettingsRef | None = None
    usagedata_ref: UsagedataRef | None = None
    metadata_ref: MetadataRef | None = None


# -- references to items ---------------------------------------------------------------------------------------------------


@element("qti-variable-mapping")
class VariableMapping(Element):
    """Gives an item's variable the name that the test knows it by. Source: ASI 3.0.1, VariableMappingDType."""

    source_identifier: Identifier
    target_identifier: Identifier


@element("qti-weight")
class Weight(Element):
    """A named factor for the numeric outcomes of an item. Source: ASI 3.0.1, WeightDType."""

    identifier: Identifier
    value: Double


@element("qti-template-default")
class TemplateDefault(Element):
    """Sets a template variable of an item for this use of it. Source: ASI 3.0.1, TemplateDefaultDType."""

    template_identifier: Identifier
    expression: Expression


@element(
    "qti-assessment-item-ref",
    attributes=Attributes.ANY,
    flat=Flat(keys=("identifier", "href", Flat.SEQUENCE, Flat.OTHER)),
    names="structure",
)
class AssessmentItemRef(Element):
    """One use of an item in a section; `identifier` names the use, `href` leads to the item. Source: ASI 3.0.1, AssessmentItemRefDType."""

    identifier: Identifier
    href: AnyURI
    required: bool | None = spec_default(False)
    fixed: bool | None = spec_default(False)
    category: list[Identifier] | None = None
    class_: list[Token] | None = None
    pre_conditions: list[PreCondition] = many()
    branch_rules: list[BranchRule] = many()
    item_session_control: ItemSessionControl | None = None
    time_limits: TimeLimits | None = None
    variable_mappings: list[VariableMapping] = many()
    weights: list[Weight] = many()
    template_defaults: list[TemplateDefault] = many()


# -- sections, parts, tests ------------------------------------------------------------------------------------------------


@element(
    "qti-assessment-section-ref",
    attributes=Attributes.ANY,
    flat=Flat(keys=("identifier", "href", Flat.SEQUENCE, Flat.OTHER)),
    names="structure",
)
class AssessmentSectionRef(Element):
    """Stands for a section in a document of its own, at `href`. Source: ASI 3.0.1, AssessmentSectionRefDType."""

    identifier: Identifier
    href: AnyURI
    class_: list[Token] | None = None


@element(
    "qti-assessment-section",
    attributes=Attributes.ANY,
    alternatives=(("adaptive_selection",), ("selection", "ordering")),
    document=True,
    flat=Flat(
        keys=("identifier", "title", "visible", "required", "fixed", Flat.SEQUENCE, Flat.OTHER, "qti-assessment-item-ref"),
        shown={"visible": True, "required": True, "fixed": False},
        needed=("identifier", "title", "visible"),
    ),
    names="structure",
)
class AssessmentSection(Element):
    """Groups item references and sub-sections. Source: ASI 3.0.1, AssessmentSectionDType."""

    identifier: Identifier
    title: str
    visible: bool
    required: bool | None = spec_default(False)
    fixed: bool | None = spec_default(False)
    keep_together: bool | None = spec_default(True)
    class_: list[Token] | None = None
    pre_conditions: list[PreCondition] = many()
    branch_rules: list[BranchRule] = many()
    item_session_control: ItemSessionControl | None = None
    time_limits: TimeLimits | None = None
    adaptive_selection: AdaptiveSelection | None = None
    selection: Selection | None = None
    ordering: Ordering | None = None
    rubric_blocks: list[RubricBlock] = many()
    section_parts: list[Include | AssessmentItemRef | AssessmentSection | AssessmentSectionRef] = many()


@element(
    "qti-test-part",
    attributes=Attributes.ANY,
    lists=("qti-assessment-section",),
    flat=Flat(
        keys=("identifier", "qti-assessment-section", "submissionMode", "navigationMode", Flat.OTHER),
        needed=("identifier", "navigationMode", "submissionMode", "qti-assessment-section"),
    ),
    names="structure",
)
class TestPart(Element):
    """A part of a test with one way of navigation and submission. Source: ASI 3.0.1, TestPartDType."""

    __test__ = False  # the name is no invitation to pytest

    identifier: Identifier
    navigation_mode: NavigationMode
    submission_mode: SubmissionMode
    title: str | None = None
    class_: list[Token] | None = None
    pre_conditions: list[PreCondition] = many()
    branch_rules: list[BranchRule] = many()
    item_session_control: ItemSessionControl | None = None
    time_limits: TimeLimits | None = None
    rubric_blocks: list[RubricBlock] = many()
    assessment_sections: list[AssessmentSection | AssessmentSectionRef] = many(1)
    test_feedbacks: list[TestFeedback] = many()


@element(
    "qti-assessment-test",
    attributes=Attributes.ANY,
    document=True,
    lists=("qti-outcome-declaration", "qti-test-part"),
    flat=Flat(
        keys=("identifier", "title", "qti-test-part", "qti-outcome-declaration"),
        needed=("identifier", "title", "qti-test-part", "qti-outcome-declaration"),
        requests=("toolName", "toolVersion"),
    ),
)
class AssessmentTest(Element):
    """A test: parts in their order, the outcomes they lead to, and what candidates are told. Source: ASI 3.0.1, AssessmentTestDType."""

    identifier: Identifier
    title: str
    class_: list[Token] | None = None
    tool_name: str | None = None
    tool_version: str | None = None
    context_declarations: list[ContextDeclaration] = many()
    outcome_declarations: list[OutcomeDeclaration] = many()
    time_limits: TimeLimits | None = None
    stylesheets: list[Stylesheet] = many()
    rubric_blocks: list[RubricBlock] = many()
    test_parts: list[TestPart] = many(1)
    outcome_processing: OutcomeProcessing | None = None
    test_feedbacks: list[TestFeedback] = many()
