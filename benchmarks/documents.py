"""The tests that the benchmark reads and writes, made on the spot. All are valid QTI 3.0.1.

    plain(2000)       2,000 sections of 10 item references with weights, selection and ordering: 46,002 elements in 4.9 MB
    rich(2000)        the same, with pre-conditions, branch rules, rubric blocks of HTML and outcome processing: 156,006 elements in 10.3 MB
    commented(2000)   the plain one, with a comment in front of every section and reference: 46,002 elements in 5.4 MB

Strategy: text only, no model classes and no XML library, so that what is measured has no part in making it.
"""

from __future__ import annotations

import re

__all__ = ["REFERENCES", "SECTIONS", "commented", "plain", "rich"]

SECTIONS = 2000
REFERENCES = 10  # in each section

_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<qti-assessment-test xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="t1" title="Test">
"""
_PART = """\
  <qti-test-part identifier="p1" navigation-mode="linear" submission-mode="individual">
"""
_SECTION = """\
    <qti-assessment-section identifier="section-{s:05d}" title="Section number {s}" visible="true" keep-together="false">
"""
_CHOICE = """\
      <qti-selection select="5" with-replacement="false"/>
      <qti-ordering shuffle="true"/>
"""
_REFERENCE = """\
      <qti-assessment-item-ref identifier="item-{s:05d}-{r:02d}" href="items/section-{s:05d}/item-{r:02d}.xml" required="true" category="cat-{c} algebra">
        <qti-weight identifier="W{r}" value="1.5"/>
      </qti-assessment-item-ref>
"""
_SECTION_END = """\
    </qti-assessment-section>
"""
_PART_END = """\
  </qti-test-part>
"""
_END = """\
</qti-assessment-test>
"""

_SCORE = """\
  <qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float" normal-maximum="1000">
    <qti-default-value>
      <qti-value>0</qti-value>
    </qti-default-value>
  </qti-outcome-declaration>
"""
_PASSED = """\
  <qti-outcome-declaration identifier="PASSED-{s:05d}" cardinality="single" base-type="boolean"/>
"""
_RULES = """\
      <qti-pre-condition>
        <qti-or>
          <qti-is-null>
            <qti-variable identifier="SCORE"/>
          </qti-is-null>
          <qti-lt>
            <qti-variable identifier="SCORE"/>
            <qti-base-value base-type="float">{s}.5</qti-base-value>
          </qti-lt>
        </qti-or>
      </qti-pre-condition>
      <qti-branch-rule target="EXIT_TESTPART">
        <qti-gte>
          <qti-sum>
            <qti-test-variables variable-identifier="SCORE" section-identifier="section-{s:05d}" weight-identifier="W1"/>
            <qti-variable identifier="item-{s:05d}-03.SCORE" weight-identifier="W3"/>
          </qti-sum>
          <qti-base-value base-type="float">1000</qti-base-value>
        </qti-gte>
      </qti-branch-rule>
"""
_RUBRIC = """\
      <qti-rubric-block view="candidate tutor" use="instructions" class="box wide">
        <qti-content-body>
          <h2>Section {s}: <em>read this first</em></h2>
          <p class="lead">Answer <strong>five</strong> of the ten questions. You may use a <span class="term">ruler</span> &amp; a compass,
            but no calculator: results such as <i>x</i> &lt; <i>y</i> are “exact”; see <a href="help/section-{s:05d}.html">the help page</a>.</p>
          <ul>
            <li>Every question counts <b>one and a half</b> points.</li>
            <li>There is <em>no</em> penalty for a wrong answer.<br/>Guessing is allowed.</li>
            <li>Your time is not limited.</li>
          </ul>
          <table class="marks">
            <tbody>
              <tr><th>Points</th><th>Mark</th></tr>
              <tr><td>12½ to 15</td><td>good</td></tr>
              <tr><td>6 to 12</td><td>fair</td></tr>
            </tbody>
          </table>
          <div class="figure" id="figure-{s:05d}"><img src="images/{s:05d}.png" alt="The figure of section {s}"/></div>
        </qti-content-body>
      </qti-rubric-block>
"""
_OUTCOME = """\
    <qti-outcome-condition>
      <qti-outcome-if>
        <qti-gte>
          <qti-sum>
            <qti-test-variables variable-identifier="SCORE" section-identifier="section-{s:05d}"/>
          </qti-sum>
          <qti-base-value base-type="float">6</qti-base-value>
        </qti-gte>
        <qti-set-outcome-value identifier="PASSED-{s:05d}">
          <qti-base-value base-type="boolean">true</qti-base-value>
        </qti-set-outcome-value>
      </qti-outcome-if>
      <qti-outcome-else>
        <qti-set-outcome-value identifier="PASSED-{s:05d}">
          <qti-base-value base-type="boolean">false</qti-base-value>
        </qti-set-outcome-value>
      </qti-outcome-else>
    </qti-outcome-condition>
"""


def plain(sections: int = SECTIONS) -> bytes:
    """Structure only: sections, references, weights."""
    out = [_HEAD, _PART]
    for s in range(sections):
        out += [_SECTION.format(s=s), _CHOICE, *_references(s), _SECTION_END]
    out += [_PART_END, _END]
    return "".join(out).encode()


def rich(sections: int = SECTIONS) -> bytes:
    """What `plain` has, and in each section rules and a rubric block, and a condition for it in the outcome processing."""
    out = [_HEAD, _SCORE, *(_PASSED.format(s=s) for s in range(sections)), _PART]
    for s in range(sections):
        out += [_SECTION.format(s=s), _RULES.format(s=s), _CHOICE, _RUBRIC.format(s=s), *_references(s), _SECTION_END]
    out += [_PART_END, "  <qti-outcome-processing>\n", *(_OUTCOME.format(s=s) for s in range(sections)), "  </qti-outcome-processing>\n", _END]
    return "".join(out).encode()


def _references(s: int) -> list[str]:
    return [_REFERENCE.format(s=s, r=r, c=r % 3) for r in range(REFERENCES)]


def commented(sections: int = SECTIONS) -> bytes:
    """A test in which people have left notes."""
    return re.sub(rb"( +)(?=<qti-assessment-(?:section|item-ref) )", rb"\1<!-- note -->\n\1", plain(sections))
