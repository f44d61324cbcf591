"""What every element looks like in XML: rows of an object and its text, written by hand from the fact sheet.

The text leaves out the namespace declaration of the root, which is the one of its class. Attributes and children stand in the order of
the schema; a row whose text is not the canonical one has the form that says so.
"""

from __future__ import annotations

from typing import TypeVar

from qtimodel import (
    AdaptiveEngineRef,
    AdaptiveSelection,
    AdaptiveSettingsRef,
    And,
    AnyN,
    AriaInvalid,
    AriaLive,
    AriaRelevant,
    AriaTristate,
    AssessmentItemRef,
    AssessmentSection,
    AssessmentSectionRef,
    AssessmentTest,
    BaseType,
    BaseValue,
    BranchRule,
    Card,
    CardEntry,
    Cardinality,
    Catalog,
    CatalogInfo,
    Comment,
    ContainerSize,
    Contains,
    ContentBody,
    ContextDeclaration,
    Correct,
    CustomOperator,
    Default,
    DefaultValue,
    Delete,
    Direction,
    Divide,
    DurationGte,
    DurationLt,
    Element,
    Equal,
    EqualRounded,
    ExitTest,
    Expression,
    ExternalScored,
    Extras,
    FieldValue,
    FileHref,
    Gcd,
    Gt,
    Gte,
    HtmlContent,
    Include,
    IncludeParse,
    Index,
    Inside,
    IntegerDivide,
    IntegerModulus,
    IntegerToFloat,
    InterpolationTable,
    InterpolationTableEntry,
    IsNull,
    ItemSessionControl,
    Lcm,
    LookupOutcomeValue,
    Lt,
    Lte,
    MapResponse,
    MapResponsePoint,
    Markup,
    Match,
    MatchTable,
    MatchTableEntry,
    MathConstant,
    MathConstantName,
    MathOperator,
    MathOperatorName,
    Max,
    Member,
    MetadataRef,
    Min,
    Multiple,
    NavigationMode,
    Node,
    Not,
    Null,
    NumberCorrect,
    NumberIncorrect,
    NumberPresented,
    NumberResponded,
    NumberSelected,
    Or,
    Ordered,
    Ordering,
    OutcomeCondition,
    OutcomeDeclaration,
    OutcomeElse,
    OutcomeElseIf,
    OutcomeIf,
    OutcomeMaximum,
    OutcomeMinimum,
    OutcomeProcessing,
    OutcomeProcessingFragment,
    PatternMatch,
    Power,
    PreCondition,
    PrintedVariable,
    ProcessingInstruction,
    Product,
    Random,
    RandomFloat,
    RandomInteger,
    Repeat,
    Role,
    Round,
    RoundingMode,
    RoundTo,
    RubricBlock,
    Selection,
    SetOutcomeValue,
    Shape,
    ShowHide,
    StatsOperator,
    StatsOperatorName,
    StringMatch,
    Stylesheet,
    SubmissionMode,
    Substring,
    Subtract,
    Sum,
    SuppressTts,
    TemplateDefault,
    TestFeedback,
    TestFeedbackAccess,
    TestPart,
    TestVariables,
    TimeLimits,
    ToleranceMode,
    Truncate,
    UsagedataRef,
    Value,
    Variable,
    VariableMapping,
    View,
    Weight,
)
from qtimodel.nodes import MATHML, QTI, XINCLUDE, Content, Form

_N = TypeVar("_N", bound=Node)


def with_form(node: _N, form: Form) -> _N:
    node._form = form
    return node


def with_extras(node: _N, extras: Extras) -> _N:
    node._extras = extras
    return node


def after(*before: Content, node: _N) -> _N:
    """The node with something in front of it."""
    return with_extras(node, Extras(before=list(before)))


SCORE = Variable(identifier="SCORE")
SCORE_XML = '<qti-variable identifier="SCORE"/>'
HALF = BaseValue(base_type=BaseType.FLOAT, value="0.5")
HALF_XML = '<qti-base-value base-type="float">0.5</qti-base-value>'

STRUCTURE: tuple[tuple[Element, str], ...] = (
    (
        AssessmentTest(
            identifier="t1",
            title="A & B",
            class_=["a", "b"],
            tool_name="T",
            tool_version="1.0",
            context_declarations=[ContextDeclaration(identifier="QTI_CONTEXT", cardinality=Cardinality.RECORD)],
            outcome_declarations=[OutcomeDeclaration(identifier="SCORE", cardinality=Cardinality.SINGLE, base_type=BaseType.FLOAT)],
            time_limits=TimeLimits(max_time=3600),
            stylesheets=[Stylesheet(href="a.css", type="text/css")],
            rubric_blocks=[RubricBlock(view=[View.CANDIDATE], content_body=ContentBody())],
            test_parts=[
                TestPart(
                    identifier="p1",
                    navigation_mode=NavigationMode.LINEAR,
                    submission_mode=SubmissionMode.INDIVIDUAL,
                    assessment_sections=[AssessmentSection(identifier="s1", title="", visible=True)],
                )
            ],
            outcome_processing=OutcomeProcessing(),
            test_feedbacks=[TestFeedback(identifier="f1", outcome_identifier="SCORE", access=TestFeedbackAccess.AT_END, show_hide=ShowHide.SHOW)],
        ),
        '<qti-assessment-test identifier="t1" title="A &amp; B" class="a b" tool-name="T" tool-version="1.0">'
        '<qti-context-declaration identifier="QTI_CONTEXT" cardinality="record"/>'
        '<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>'
        '<qti-time-limits max-time="3600"/>'
        '<qti-stylesheet href="a.css" type="text/css"/>'
        '<qti-rubric-block view="candidate"><qti-content-body/></qti-rubric-block>'
        '<qti-test-part identifier="p1" navigation-mode="linear" submission-mode="individual">'
        '<qti-assessment-section identifier="s1" title="" visible="true"/></qti-test-part>'
        "<qti-outcome-processing/>"
        '<qti-test-feedback identifier="f1" outcome-identifier="SCORE" access="atEnd" show-hide="show"/>'
        "</qti-assessment-test>",
    ),
    (
        TestPart(
            identifier="p1",
            navigation_mode=NavigationMode.NONLINEAR,
            submission_mode=SubmissionMode.SIMULTANEOUS,
            title="Part",
            class_=[],
            pre_conditions=[PreCondition(expression=Null()), PreCondition(expression=SCORE)],
            branch_rules=[BranchRule(target="EXIT_TEST", expression=Null())],
            item_session_control=ItemSessionControl(),
            time_limits=TimeLimits(),
            rubric_blocks=[RubricBlock(view=[], content_body=ContentBody())],
            assessment_sections=[
                AssessmentSectionRef(identifier="s2", href="s2.xml"),
                AssessmentSection(identifier="s1", title="S", visible=False),
                AssessmentSectionRef(identifier="s3", href=""),
            ],
            test_feedbacks=[TestFeedback(identifier="f1", outcome_identifier="O", access=TestFeedbackAccess.DURING, show_hide=ShowHide.HIDE)],
        ),
        '<qti-test-part identifier="p1" navigation-mode="nonlinear" submission-mode="simultaneous" title="Part" class="">'
        f"<qti-pre-condition><qti-null/></qti-pre-condition><qti-pre-condition>{SCORE_XML}</qti-pre-condition>"
        '<qti-branch-rule target="EXIT_TEST"><qti-null/></qti-branch-rule>'
        '<qti-item-session-control/><qti-time-limits/><qti-rubric-block view=""><qti-content-body/></qti-rubric-block>'
        '<qti-assessment-section-ref identifier="s2" href="s2.xml"/><qti-assessment-section identifier="s1" title="S" visible="false"/>'
        '<qti-assessment-section-ref identifier="s3" href=""/>'
        '<qti-test-feedback identifier="f1" outcome-identifier="O" access="during" show-hide="hide"/>'
        "</qti-test-part>",
    ),
    # Sections, references and includes stay in the order in which they were mixed.
    (
        AssessmentSection(
            identifier="s1",
            title="S",
            visible=True,
            required=True,
            fixed=False,
            keep_together=False,
            class_=["x"],
            selection=Selection(select=2, with_replacement=True),
            ordering=Ordering(shuffle=True),
            section_parts=[
                AssessmentItemRef(identifier="i1", href="i1.xml"),
                Include(href="more.xml"),
                AssessmentSection(identifier="s2", title="S2", visible=True),
                AssessmentItemRef(identifier="i2", href="i2.xml"),
                AssessmentSectionRef(identifier="s3", href="s3.xml", class_=["a"]),
                AssessmentItemRef(identifier="i1", href="i1.xml"),
            ],
        ),
        '<qti-assessment-section identifier="s1" title="S" visible="true" required="true" fixed="false" keep-together="false" class="x">'
        '<qti-selection select="2" with-replacement="true"/><qti-ordering shuffle="true"/>'
        '<qti-assessment-item-ref identifier="i1" href="i1.xml"/>'
        f'<include xmlns="{XINCLUDE}" href="more.xml"/>'
        '<qti-assessment-section identifier="s2" title="S2" visible="true"/>'
        '<qti-assessment-item-ref identifier="i2" href="i2.xml"/>'
        '<qti-assessment-section-ref identifier="s3" href="s3.xml" class="a"/>'
        '<qti-assessment-item-ref identifier="i1" href="i1.xml"/>'
        "</qti-assessment-section>",
    ),
    (
        AssessmentSection(
            identifier="s1",
            title="S",
            visible=True,
            adaptive_selection=AdaptiveSelection(
                adaptive_engine_ref=AdaptiveEngineRef(identifier="e", href="e"),
                adaptive_settings_ref=AdaptiveSettingsRef(identifier="s", href="s.xml"),
                usagedata_ref=UsagedataRef(identifier="u", href="u.xml"),
                metadata_ref=MetadataRef(identifier="m", href="m.xml"),
            ),
        ),
        '<qti-assessment-section identifier="s1" title="S" visible="true"><qti-adaptive-selection>'
        '<qti-adaptive-engine-ref identifier="e" href="e"/><qti-adaptive-settings-ref identifier="s" href="s.xml"/>'
        '<qti-usagedata-ref identifier="u" href="u.xml"/><qti-metadata-ref identifier="m" href="m.xml"/>'
        "</qti-adaptive-selection></qti-assessment-section>",
    ),
    (
        AssessmentItemRef(
            identifier="i1",
            href="items/a b.xml",
            required=True,
            fixed=True,
            category=["algebra", "hard"],
            class_=["c"],
            pre_conditions=[PreCondition(expression=Null())],
            branch_rules=[BranchRule(target="i3", expression=Null())],
            item_session_control=ItemSessionControl(max_attempts=0),
            time_limits=TimeLimits(min_time=0.5),
            variable_mappings=[VariableMapping(source_identifier="A", target_identifier="B")],
            weights=[Weight(identifier="W", value=1.5), Weight(identifier="V", value=-2)],
            template_defaults=[TemplateDefault(template_identifier="T", expression=HALF)],
        ),
        '<qti-assessment-item-ref identifier="i1" href="items/a b.xml" required="true" fixed="true" category="algebra hard" class="c">'
        "<qti-pre-condition><qti-null/></qti-pre-condition>"
        '<qti-branch-rule target="i3"><qti-null/></qti-branch-rule>'
        '<qti-item-session-control max-attempts="0"/><qti-time-limits min-time="0.5"/>'
        '<qti-variable-mapping source-identifier="A" target-identifier="B"/>'
        '<qti-weight identifier="W" value="1.5"/><qti-weight identifier="V" value="-2"/>'
        f'<qti-template-default template-identifier="T">{HALF_XML}</qti-template-default>'
        "</qti-assessment-item-ref>",
    ),
    # Empty is not absent.
    (
        AssessmentItemRef(identifier="i1", href="", category=[], class_=None),
        '<qti-assessment-item-ref identifier="i1" href="" category=""/>',
    ),
    (AssessmentItemRef(identifier="i1", href="", category=None, class_=[]), '<qti-assessment-item-ref identifier="i1" href="" class=""/>'),
    # A default that is written is not a default that is left out.
    (ItemSessionControl(), "<qti-item-session-control/>"),
    (
        ItemSessionControl(
            max_attempts=1, show_feedback=False, allow_review=True, show_solution=False, allow_comment=False, allow_skipping=True, validate_responses=False
        ),
        '<qti-item-session-control max-attempts="1" show-feedback="false" allow-review="true" show-solution="false" '
        'allow-comment="false" allow-skipping="true" validate-responses="false"/>',
    ),
    (TimeLimits(min_time=0, max_time=90, allow_late_submission=True), '<qti-time-limits min-time="0" max-time="90" allow-late-submission="true"/>'),
    (TimeLimits(max_time=float("inf")), '<qti-time-limits max-time="INF"/>'),
    (Selection(select=-1), '<qti-selection select="-1"/>'),
    (
        Selection(select=1, extensions=[Markup(name="algorithm", namespace="urn:example:x", content=["fast"])]),
        '<qti-selection select="1"><algorithm xmlns="urn:example:x">fast</algorithm></qti-selection>',
    ),
    (Ordering(), "<qti-ordering/>"),
    (
        Ordering(shuffle=False, extensions=[Markup(name="a", namespace="urn:x"), Markup(name="b", namespace="urn:y")]),
        '<qti-ordering shuffle="false"><a xmlns="urn:x"/><b xmlns="urn:y"/></qti-ordering>',
    ),
    (
        BranchRule(target="EXIT_SECTION", expression=Not(expression=SCORE)),
        f'<qti-branch-rule target="EXIT_SECTION"><qti-not>{SCORE_XML}</qti-not></qti-branch-rule>',
    ),
)

CONTENT: tuple[tuple[Element, str], ...] = (
    (
        RubricBlock(
            view=[View.CANDIDATE, View.TEST_CONSTRUCTOR],
            use="ext:my_use-1.0",
            id="r1",
            class_=["a"],
            lang="en",
            xml_lang="en-GB",
            label="L",
            xml_base="b/",
            dir=Direction.RTL,
            data_catalog_idref="c1",
            data_qti_suppress_tts=SuppressTts.SCREEN_READER,
            data_ssml="<s/>",
            role=Role.NOTE,
            aria_controls=["a", "b"],
            aria_checked=AriaTristate.MIXED,
            aria_colcount=3,
            aria_hidden=True,
            aria_invalid=AriaInvalid.GRAMMAR,
            aria_label="A label",
            aria_level=2,
            aria_live=AriaLive.POLITE,
            aria_relevant=[AriaRelevant.TEXT, AriaRelevant.ALL],
            aria_setsize=-1,
            aria_valuemax=0.5,
            aria_valuemin=10,
            stylesheets=[Stylesheet(href="a.css", type="text/css", media="print", title="T")],
            content_body=ContentBody(content=["Read ", Markup(name="b", content=["this"]), "."]),
            catalog_info=CatalogInfo(catalogs=[Catalog(id="c1", cards=[Card(support="spoken")])]),
            printed_variable=PrintedVariable(identifier="SCORE"),
        ),
        '<qti-rubric-block view="candidate testConstructor" use="ext:my_use-1.0" id="r1" class="a" lang="en" xml:lang="en-GB" label="L" xml:base="b/" '
        'dir="rtl" data-catalog-idref="c1" data-qti-suppress-tts="screen-reader" data-ssml="&lt;s/>" role="note" '
        'aria-checked="mixed" aria-colcount="3" aria-controls="a b" aria-hidden="true" aria-invalid="grammar" aria-label="A label" aria-level="2" '
        'aria-live="polite" aria-relevant="text all" aria-setsize="-1" aria-valuemax="0.5" aria-valuemin="10">'
        '<qti-stylesheet href="a.css" type="text/css" media="print" title="T"/>'
        "<qti-content-body>Read <b>this</b>.</qti-content-body>"
        '<qti-catalog-info><qti-catalog id="c1"><qti-card support="spoken"/></qti-catalog></qti-catalog-info>'
        '<qti-printed-variable identifier="SCORE"/>'
        "</qti-rubric-block>",
    ),
    (
        TestFeedback(
            identifier="f1",
            outcome_identifier="O",
            access=TestFeedbackAccess.AT_END,
            show_hide=ShowHide.SHOW,
            title="",
            stylesheets=[Stylesheet(href="a.css", type="text/css"), Stylesheet(href="b.css", type="text/css")],
            content_body=ContentBody(content=[Markup(name="p", content=["Done."])]),
            catalog_info=CatalogInfo(catalogs=[Catalog(id="c1", cards=[Card(support="ext:x")]), Catalog(id="c2", cards=[Card(support="braille")])]),
        ),
        '<qti-test-feedback identifier="f1" outcome-identifier="O" access="atEnd" show-hide="show" title="">'
        '<qti-stylesheet href="a.css" type="text/css"/><qti-stylesheet href="b.css" type="text/css"/>'
        "<qti-content-body><p>Done.</p></qti-content-body>"
        '<qti-catalog-info><qti-catalog id="c1"><qti-card support="ext:x"/></qti-catalog>'
        '<qti-catalog id="c2"><qti-card support="braille"/></qti-catalog></qti-catalog-info>'
        "</qti-test-feedback>",
    ),
    # White space in a body is content, also where it looks like layout.
    (
        ContentBody(content=["\n  ", Markup(name="p", attributes={"class": "a"}, content=["x ", Markup(name="br"), "\n y "]), "\n", Markup(name="ul"), "\n"]),
        '<qti-content-body>\n  <p class="a">x <br/>\n y </p>\n<ul/>\n</qti-content-body>',
    ),
    (
        ContentBody(content=[Markup(name="p", content=["Score: ", PrintedVariable(identifier="SCORE", format="%.2f"), "."])]),
        '<qti-content-body><p>Score: <qti-printed-variable identifier="SCORE" format="%.2f"/>.</p></qti-content-body>',
    ),
    (
        ContentBody(content=[Markup(name="math", namespace=MATHML, content=[Markup(name="mi", namespace=MATHML, content=["x"])])]),
        f'<qti-content-body><math xmlns="{MATHML}"><mi>x</mi></math></qti-content-body>',
    ),
    (
        ContentBody(content=[Comment(" a "), "text", ProcessingInstruction("target", "data"), Comment("")]),
        "<qti-content-body><!-- a -->text<?target data?><!----></qti-content-body>",
    ),
    # The name of another type of QTI is markup in a body.
    (
        ContentBody(content=[Markup(name="qti-content-body", content=["\n", Markup(name="qti-rubric-block"), "\n"])]),
        "<qti-content-body><qti-content-body>\n<qti-rubric-block/>\n</qti-content-body></qti-content-body>",
    ),
    (
        PrintedVariable(
            identifier="SCORE",
            id="v1",
            class_=["a"],
            xml_lang="",
            label="L",
            xml_base="",
            format="%i",
            base="BASE",
            index=-1,
            power_form=True,
            field="f",
            delimiter=", ",
            mapping_indicator="\t",
        ),
        '<qti-printed-variable identifier="SCORE" id="v1" class="a" xml:lang="" label="L" xml:base="" format="%i" base="BASE" index="-1" power-form="true" '
        'field="f" delimiter=", " mapping-indicator="&#9;"/>',
    ),
    (
        CatalogInfo(
            catalogs=[
                Catalog(
                    id="c1",
                    cards=[
                        Card(
                            support="sign-language",
                            xml_lang="en",
                            html_content=HtmlContent(xml_lang="nl", content=["Hallo"]),
                            file_hrefs=[FileHref(mime_type="video/mp4", value="a.mp4"), FileHref(mime_type="video/webm", value="")],
                        ),
                        Card(
                            support="spoken",
                            card_entries=[
                                CardEntry(xml_lang="en", default=True, file_hrefs=[FileHref(mime_type="audio/mpeg", value="a.mp3")]),
                                CardEntry(html_content=HtmlContent()),
                            ],
                        ),
                    ],
                )
            ]
        ),
        '<qti-catalog-info><qti-catalog id="c1"><qti-card support="sign-language" xml:lang="en"><qti-html-content xml:lang="nl">Hallo</qti-html-content>'
        '<qti-file-href mime-type="video/mp4">a.mp4</qti-file-href><qti-file-href mime-type="video/webm"/></qti-card>'
        '<qti-card support="spoken"><qti-card-entry xml:lang="en" default="true"><qti-file-href mime-type="audio/mpeg">a.mp3</qti-file-href></qti-card-entry>'
        "<qti-card-entry><qti-html-content/></qti-card-entry></qti-card></qti-catalog></qti-catalog-info>",
    ),
    (
        Include(href="a.xml", parse=IncludeParse.TEXT, xpointer="x", encoding="utf-8", accept="text/plain", accept_language="en"),
        '<include href="a.xml" parse="text" xpointer="x" encoding="utf-8" accept="text/plain" accept-language="en"/>',
    ),
    (
        Include(content=["\n", Markup(name="fallback", namespace=XINCLUDE, content=[Markup(name="p", content=["gone"])]), "\n"]),
        f'<include>\n<fallback><p xmlns="{QTI}">gone</p></fallback>\n</include>',
    ),
)

DECLARATIONS: tuple[tuple[Element, str], ...] = (
    (
        OutcomeDeclaration(
            identifier="GRADE",
            cardinality=Cardinality.SINGLE,
            base_type=BaseType.IDENTIFIER,
            view=[View.AUTHOR, View.SCORER],
            interpretation="How good",
            long_interpretation="grades.html",
            normal_maximum=10,
            normal_minimum=-0.5,
            mastery_value=5.5,
            external_scored=ExternalScored.EXTERNAL_MACHINE,
            variable_identifier_ref="r1",
            default_value=DefaultValue(interpretation="none yet", values=[Value(value="F")]),
            match_table=MatchTable(default_value="F", match_table_entries=[MatchTableEntry(source_value=1, target_value="string")]),
        ),
        '<qti-outcome-declaration identifier="GRADE" cardinality="single" base-type="identifier" view="author scorer" interpretation="How good" '
        'long-interpretation="grades.html" normal-maximum="10" normal-minimum="-0.5" mastery-value="5.5" external-scored="externalMachine" '
        'variable-identifier-ref="r1">'
        '<qti-default-value interpretation="none yet"><qti-value>F</qti-value></qti-default-value>'
        '<qti-match-table default-value="F"><qti-match-table-entry source-value="1" target-value="string"/></qti-match-table>'
        "</qti-outcome-declaration>",
    ),
    (
        OutcomeDeclaration(
            identifier="O",
            cardinality=Cardinality.SINGLE,
            interpolation_table=InterpolationTable(
                default_value="",
                interpolation_table_entries=[
                    InterpolationTableEntry(source_value=0.5, target_value="A", include_boundary=False),
                    InterpolationTableEntry(source_value=-1, target_value=""),
                ],
            ),
        ),
        '<qti-outcome-declaration identifier="O" cardinality="single"><qti-interpolation-table default-value="">'
        '<qti-interpolation-table-entry source-value="0.5" target-value="A" include-boundary="false"/>'
        '<qti-interpolation-table-entry source-value="-1" target-value=""/>'
        "</qti-interpolation-table></qti-outcome-declaration>",
    ),
    (
        ContextDeclaration(
            identifier="C",
            cardinality=Cardinality.RECORD,
            base_type=BaseType.DIRECTED_PAIR,
            default_value=DefaultValue(values=[Value(field_identifier="name", base_type=BaseType.STRING, value=" a "), Value()]),
        ),
        '<qti-context-declaration identifier="C" cardinality="record" base-type="directedPair"><qti-default-value>'
        '<qti-value field-identifier="name" base-type="string"> a </qti-value><qti-value/></qti-default-value></qti-context-declaration>',
    ),
)

EXPRESSIONS: tuple[tuple[Expression, str], ...] = (
    (Null(), "<qti-null/>"),
    (BaseValue(base_type=BaseType.STRING, value="\n a < b "), '<qti-base-value base-type="string">\n a &lt; b </qti-base-value>'),
    (BaseValue(base_type=BaseType.STRING), '<qti-base-value base-type="string"/>'),
    (Variable(identifier="i1.SCORE", weight_identifier="W"), '<qti-variable identifier="i1.SCORE" weight-identifier="W"/>'),
    (Default(identifier="A"), '<qti-default identifier="A"/>'),
    (Correct(identifier="A"), '<qti-correct identifier="A"/>'),
    (MapResponse(identifier="A"), '<qti-map-response identifier="A"/>'),
    (MapResponsePoint(identifier="A"), '<qti-map-response-point identifier="A"/>'),
    (MathConstant(name=MathConstantName.PI), '<qti-math-constant name="pi"/>'),
    (RandomInteger(max=10), '<qti-random-integer max="10"/>'),
    (RandomInteger(min=-1, max="MAX", step=2), '<qti-random-integer min="-1" max="MAX" step="2"/>'),
    (RandomFloat(min=0.5, max="MAX"), '<qti-random-float min="0.5" max="MAX"/>'),
    (
        TestVariables(variable_identifier="SCORE", include_category=["a"]),
        '<qti-test-variables variable-identifier="SCORE" include-category="a"/>',
    ),
    (
        TestVariables(variable_identifier="SCORE", weight_identifier="W", base_type=BaseType.FLOAT, section_identifier="s1", exclude_category=["a", "b"]),
        '<qti-test-variables variable-identifier="SCORE" weight-identifier="W" base-type="float" section-identifier="s1" exclude-category="a b"/>',
    ),
    (
        OutcomeMaximum(outcome_identifier="SCORE", weight_identifier="W", section_identifier="s1", include_category=["a"], exclude_category=["b"]),
        '<qti-outcome-maximum outcome-identifier="SCORE" weight-identifier="W" section-identifier="s1" include-category="a" exclude-category="b"/>',
    ),
    (
        OutcomeMinimum(outcome_identifier="SCORE", weight_identifier="W", section_identifier="s1", include_category=["a"], exclude_category=["b"]),
        '<qti-outcome-minimum outcome-identifier="SCORE" weight-identifier="W" section-identifier="s1" include-category="a" exclude-category="b"/>',
    ),
    (NumberCorrect(), "<qti-number-correct/>"),
    (NumberPresented(include_category=[]), '<qti-number-presented include-category=""/>'),
    *(
        (
            cls(section_identifier="s1", include_category=["a", "b"], exclude_category=["c"]),
            f'<qti-number-{name} section-identifier="s1" include-category="a b" exclude-category="c"/>',
        )
        for cls, name in (
            (NumberCorrect, "correct"),
            (NumberIncorrect, "incorrect"),
            (NumberPresented, "presented"),
            (NumberResponded, "responded"),
            (NumberSelected, "selected"),
        )
    ),
    (And(expressions=[SCORE]), f"<qti-and>{SCORE_XML}</qti-and>"),
    (Or(expressions=[SCORE, Null(), SCORE]), f"<qti-or>{SCORE_XML}<qti-null/>{SCORE_XML}</qti-or>"),
    (AnyN(min=1, max="N", expressions=[SCORE]), f'<qti-any-n min="1" max="N">{SCORE_XML}</qti-any-n>'),
    (Not(expression=SCORE), f"<qti-not>{SCORE_XML}</qti-not>"),
    (IsNull(expression=SCORE), f"<qti-is-null>{SCORE_XML}</qti-is-null>"),
    (Match(expressions=[SCORE, HALF]), f"<qti-match>{SCORE_XML}{HALF_XML}</qti-match>"),
    (Member(expressions=[SCORE, HALF]), f"<qti-member>{SCORE_XML}{HALF_XML}</qti-member>"),
    (Contains(expressions=[SCORE, HALF]), f"<qti-contains>{SCORE_XML}{HALF_XML}</qti-contains>"),
    (Lt(expressions=[SCORE, HALF]), f"<qti-lt>{SCORE_XML}{HALF_XML}</qti-lt>"),
    (Lte(expressions=[SCORE, HALF]), f"<qti-lte>{SCORE_XML}{HALF_XML}</qti-lte>"),
    (Gt(expressions=[SCORE, HALF]), f"<qti-gt>{SCORE_XML}{HALF_XML}</qti-gt>"),
    (Gte(expressions=[SCORE, HALF]), f"<qti-gte>{SCORE_XML}{HALF_XML}</qti-gte>"),
    (DurationLt(expressions=[SCORE, HALF]), f"<qti-duration-lt>{SCORE_XML}{HALF_XML}</qti-duration-lt>"),
    (DurationGte(expressions=[SCORE, HALF]), f"<qti-duration-gte>{SCORE_XML}{HALF_XML}</qti-duration-gte>"),
    (
        Equal(tolerance_mode=ToleranceMode.ABSOLUTE, tolerance=["0.5", "T"], include_lower_bound=False, include_upper_bound=True, expressions=[SCORE, HALF]),
        f'<qti-equal tolerance-mode="absolute" tolerance="0.5 T" include-lower-bound="false" include-upper-bound="true">{SCORE_XML}{HALF_XML}</qti-equal>',
    ),
    (
        EqualRounded(figures=2, rounding_mode=RoundingMode.DECIMAL_PLACES, expressions=[SCORE, HALF]),
        f'<qti-equal-rounded figures="2" rounding-mode="decimalPlaces">{SCORE_XML}{HALF_XML}</qti-equal-rounded>',
    ),
    (
        StringMatch(case_sensitive=True, substring=False, expressions=[SCORE, HALF]),
        f'<qti-string-match case-sensitive="true" substring="false">{SCORE_XML}{HALF_XML}</qti-string-match>',
    ),
    (Substring(case_sensitive=False, expressions=[SCORE, HALF]), f'<qti-substring case-sensitive="false">{SCORE_XML}{HALF_XML}</qti-substring>'),
    (PatternMatch(pattern='"[a-z]+\\s*"\n', expression=SCORE), f'<qti-pattern-match pattern="&quot;[a-z]+\\s*&quot;&#10;">{SCORE_XML}</qti-pattern-match>'),
    (Inside(shape=Shape.RECT, coords="0,0,10%,20", expression=SCORE), f'<qti-inside shape="rect" coords="0,0,10%,20">{SCORE_XML}</qti-inside>'),
    (Multiple(), "<qti-multiple/>"),
    (Multiple(expressions=[HALF, SCORE]), f"<qti-multiple>{HALF_XML}{SCORE_XML}</qti-multiple>"),
    (Ordered(expressions=[Ordered(), HALF]), f"<qti-ordered><qti-ordered/>{HALF_XML}</qti-ordered>"),
    (ContainerSize(expression=SCORE), f"<qti-container-size>{SCORE_XML}</qti-container-size>"),
    (Index(n=1, expression=SCORE), f'<qti-index n="1">{SCORE_XML}</qti-index>'),
    (Index(n="N", expression=SCORE), f'<qti-index n="N">{SCORE_XML}</qti-index>'),
    (FieldValue(field_identifier="name", expression=SCORE), f'<qti-field-value field-identifier="name">{SCORE_XML}</qti-field-value>'),
    (Random(expression=SCORE), f"<qti-random>{SCORE_XML}</qti-random>"),
    (Delete(expressions=[HALF, SCORE]), f"<qti-delete>{HALF_XML}{SCORE_XML}</qti-delete>"),
    (Repeat(number_repeats=3, expressions=[HALF]), f'<qti-repeat number-repeats="3">{HALF_XML}</qti-repeat>'),
    (Sum(expressions=[SCORE, HALF, SCORE]), f"<qti-sum>{SCORE_XML}{HALF_XML}{SCORE_XML}</qti-sum>"),
    (Subtract(expressions=[SCORE, HALF]), f"<qti-subtract>{SCORE_XML}{HALF_XML}</qti-subtract>"),
    (Product(expressions=[SCORE]), f"<qti-product>{SCORE_XML}</qti-product>"),
    (Divide(expressions=[SCORE, HALF]), f"<qti-divide>{SCORE_XML}{HALF_XML}</qti-divide>"),
    (IntegerDivide(expressions=[SCORE, HALF]), f"<qti-integer-divide>{SCORE_XML}{HALF_XML}</qti-integer-divide>"),
    (IntegerModulus(expressions=[SCORE, HALF]), f"<qti-integer-modulus>{SCORE_XML}{HALF_XML}</qti-integer-modulus>"),
    (Power(expressions=[SCORE, HALF]), f"<qti-power>{SCORE_XML}{HALF_XML}</qti-power>"),
    (Min(expressions=[SCORE, HALF]), f"<qti-min>{SCORE_XML}{HALF_XML}</qti-min>"),
    (Max(expressions=[SCORE, HALF]), f"<qti-max>{SCORE_XML}{HALF_XML}</qti-max>"),
    (Gcd(expressions=[SCORE, HALF]), f"<qti-gcd>{SCORE_XML}{HALF_XML}</qti-gcd>"),
    (Lcm(expressions=[SCORE, HALF]), f"<qti-lcm>{SCORE_XML}{HALF_XML}</qti-lcm>"),
    (Round(expression=SCORE), f"<qti-round>{SCORE_XML}</qti-round>"),
    (Truncate(expression=SCORE), f"<qti-truncate>{SCORE_XML}</qti-truncate>"),
    (
        RoundTo(rounding_mode=RoundingMode.SIGNIFICANT_FIGURES, figures="N", expression=SCORE),
        f'<qti-round-to rounding-mode="significantFigures" figures="N">{SCORE_XML}</qti-round-to>',
    ),
    (IntegerToFloat(expression=SCORE), f"<qti-integer-to-float>{SCORE_XML}</qti-integer-to-float>"),
    (MathOperator(name=MathOperatorName.ATAN2, expressions=[SCORE, HALF]), f'<qti-math-operator name="atan2">{SCORE_XML}{HALF_XML}</qti-math-operator>'),
    (StatsOperator(name=StatsOperatorName.SAMPLE_SD, expression=SCORE), f'<qti-stats-operator name="sampleSD">{SCORE_XML}</qti-stats-operator>'),
    (
        CustomOperator(class_="op", definition="urn:x", expressions=[SCORE, Null()], extensions=[Markup(name="x", namespace="urn:example:x")]),
        f'<qti-custom-operator class="op" definition="urn:x">{SCORE_XML}<qti-null/><x xmlns="urn:example:x"/></qti-custom-operator>',
    ),
)

PROCESSING: tuple[tuple[Element, str], ...] = (
    # Rules stay in the order in which they were mixed.
    (
        OutcomeProcessing(
            outcome_rules=[
                SetOutcomeValue(identifier="A", expression=Null()),
                OutcomeCondition(outcome_if=OutcomeIf(expression=SCORE)),
                Include(href="rules.xml"),
                LookupOutcomeValue(identifier="GRADE", expression=SCORE),
                OutcomeProcessingFragment(outcome_rules=[ExitTest(), OutcomeProcessingFragment()]),
                SetOutcomeValue(identifier="A", expression=HALF),
                ExitTest(),
            ]
        ),
        '<qti-outcome-processing><qti-set-outcome-value identifier="A"><qti-null/></qti-set-outcome-value>'
        f"<qti-outcome-condition><qti-outcome-if>{SCORE_XML}</qti-outcome-if></qti-outcome-condition>"
        f'<include xmlns="{XINCLUDE}" href="rules.xml"/>'
        f'<qti-lookup-outcome-value identifier="GRADE">{SCORE_XML}</qti-lookup-outcome-value>'
        "<qti-outcome-processing-fragment><qti-exit-test/><qti-outcome-processing-fragment/></qti-outcome-processing-fragment>"
        f'<qti-set-outcome-value identifier="A">{HALF_XML}</qti-set-outcome-value><qti-exit-test/></qti-outcome-processing>',
    ),
    (
        OutcomeCondition(
            outcome_if=OutcomeIf(expression=SCORE, outcome_rules=[ExitTest(), ExitTest()]),
            outcome_else_ifs=[OutcomeElseIf(expression=Null(), outcome_rules=[ExitTest()]), OutcomeElseIf(expression=SCORE)],
            outcome_else=OutcomeElse(outcome_rules=[ExitTest()]),
        ),
        f"<qti-outcome-condition><qti-outcome-if>{SCORE_XML}<qti-exit-test/><qti-exit-test/></qti-outcome-if>"
        f"<qti-outcome-else-if><qti-null/><qti-exit-test/></qti-outcome-else-if><qti-outcome-else-if>{SCORE_XML}</qti-outcome-else-if>"
        "<qti-outcome-else><qti-exit-test/></qti-outcome-else></qti-outcome-condition>",
    ),
    (
        OutcomeCondition(outcome_if=OutcomeIf(expression=Null()), outcome_else=OutcomeElse()),
        "<qti-outcome-condition><qti-outcome-if><qti-null/></qti-outcome-if><qti-outcome-else/></qti-outcome-condition>",
    ),
)

# -- how things are written, and what stands around them ---------------------------------------------------------------------------


FORMS: tuple[tuple[Element, str], ...] = (
    # Lexical forms: the value is typed, the text stays.
    (
        with_form(
            AssessmentSection(identifier="s1", title="S", visible=True, required=False),
            Form(
                ("xmlns", "identifier", "title", "visible", "required"),
                fixed={"xmlns": QTI},
                lexical={"visible": "1", "required": " 0 ", "identifier": "  s1 "},
            ),
        ),
        '<qti-assessment-section identifier="  s1 " title="S" visible="1" required=" 0 "/>',
    ),
    (
        with_form(TimeLimits(min_time=90, max_time=100), Form(("xmlns",), fixed={"xmlns": QTI}, lexical={"min-time": "90.0", "max-time": "1E2"})),
        '<qti-time-limits min-time="90.0" max-time="1E2"/>',
    ),
    (
        with_form(
            AssessmentItemRef(identifier="i1", href="a.xml", category=["a", "b"]),
            Form(("xmlns",), fixed={"xmlns": QTI}, lexical={"href": " a.xml", "category": "a  b "}),
        ),
        '<qti-assessment-item-ref identifier="i1" href=" a.xml" category="a  b "/>',
    ),
    (
        with_form(Selection(select=7), Form(("xmlns",), fixed={"xmlns": QTI}, lexical={"select": "+007"})),
        '<qti-selection select="+007"/>',
    ),
    # The order of attributes, known and unknown.
    (
        with_form(
            with_extras(Ordering(shuffle=True), Extras(attributes={"data-a": "1", "data-b": ""})),
            Form(("xmlns", "data-b", "shuffle", "data-a"), fixed={"xmlns": QTI}),
        ),
        '<qti-ordering data-b="" shuffle="true" data-a="1"/>',
    ),
    (with_extras(Weight(identifier="W", value=1), Extras(attributes={"foo": "<\"&'>"})), '<qti-weight identifier="W" value="1" foo="&lt;&quot;&amp;\'>"/>'),
    (
        with_extras(AssessmentItemRef(identifier="i1", href=""), Extras(attributes={"xml:lang": "en", "navigation-mod": "linear"})),
        '<qti-assessment-item-ref identifier="i1" href="" xml:lang="en" navigation-mod="linear"/>',
    ),
    # Prefixes and declarations stay where they stood.
    (
        with_form(
            with_extras(Weight(identifier="W", value=1), Extras(attributes={"{urn:example:x}a": "1"})),
            Form(("xmlns", "xmlns:x", "identifier", "x:a", "value"), fixed={"xmlns": QTI, "xmlns:x": "urn:example:x"}),
        ),
        '<qti-weight xmlns:x="urn:example:x" identifier="W" x:a="1" value="1"/>',
    ),
    (
        And(
            expressions=[
                with_form(Null(), Form(("xmlns:q",), "q", {"xmlns:q": QTI})),
                with_form(Not(expression=Null()), Form(("xmlns:q",), None, {"xmlns:q": QTI})),
            ]
        ),
        f'<qti-and><q:qti-null xmlns:q="{QTI}"/><qti-not xmlns:q="{QTI}"><qti-null/></qti-not></qti-and>',
    ),
    # Comments and processing instructions belong to the node that they precede; the last ones to their parent.
    (
        with_extras(
            AssessmentSection(
                identifier="s1",
                title="S",
                visible=True,
                section_parts=[
                    after(Comment(" first "), node=AssessmentItemRef(identifier="i1", href="")),
                    after(ProcessingInstruction("review", "by='me'"), Comment("second"), node=AssessmentItemRef(identifier="i2", href="")),
                ],
            ),
            Extras(trailing=[Comment(" end "), ProcessingInstruction("done")]),
        ),
        '<qti-assessment-section identifier="s1" title="S" visible="true"><!-- first --><qti-assessment-item-ref identifier="i1" href=""/>'
        '<?review by=\'me\'?><!--second--><qti-assessment-item-ref identifier="i2" href=""/><!-- end --><?done?></qti-assessment-section>',
    ),
    (with_extras(Weight(identifier="W", value=1), Extras(trailing=[Comment("x")])), '<qti-weight identifier="W" value="1"><!--x--></qti-weight>'),
    (
        with_form(BaseValue(base_type=BaseType.INTEGER, value="42"), Form(("xmlns", "base-type"), fixed={"xmlns": QTI}, content=("4", Comment("!"), "2"))),
        '<qti-base-value base-type="integer">4<!--!-->2</qti-base-value>',
    ),
    (
        with_form(FileHref(mime_type="a/b", value="a.mp3"), Form(("xmlns", "mime-type"), fixed={"xmlns": QTI}, content=("\n  a.mp3\n",))),
        '<qti-file-href mime-type="a/b">\n  a.mp3\n</qti-file-href>',
    ),
    # Unknown elements between typed ones stay where they were.
    (
        with_extras(
            Ordered(expressions=[after(Markup(name="note", content=[" a "]), node=Null())]),
            Extras(trailing=[Markup(name="x", namespace="urn:example:x", attributes={"a": "1"})]),
        ),
        '<qti-ordered><note> a </note><qti-null/><x xmlns="urn:example:x" a="1"/></qti-ordered>',
    ),
    # Schema locations and their namespace are form, not content.
    (
        with_form(
            Null(),
            Form(
                ("xmlns", "xmlns:i", "i:schemaLocation"),
                fixed={
                    "xmlns": QTI,
                    "xmlns:i": "http://www.w3.org/2001/XMLSchema-instance",
                    "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation": f"{QTI} x.xsd",
                },
            ),
        ),
        f'<qti-null xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:schemaLocation="{QTI} x.xsd"/>',
    ),
)

ROWS: tuple[tuple[Element, str], ...] = (*STRUCTURE, *CONTENT, *DECLARATIONS, *EXPRESSIONS, *PROCESSING, *FORMS)
