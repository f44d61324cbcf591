"""Testing what you build on QTI: random trees and documents for Hypothesis, and a comparison of XML.

    from hypothesis import given
    from qtimodel import AssessmentTest, xml
    from qtimodel.testing import assert_same_xml, documents, trees

    @given(trees(AssessmentTest))
    def test_my_service_keeps_every_test(test):
        assert my_service.load(my_service.save(test)) == test

    @given(documents(AssessmentTest))
    def test_my_importer_reads_every_spelling(document):
        assert_same_xml(document, my_service.export(my_service.import_(document)))

Needs Hypothesis: `pip install qtimodel[testing]`. The rest of the package never imports it.

Strategy: `values` knows what a scalar type can hold, `strategies` draws trees from the declarations, `documents` writes trees in odd
ways, `compare` compares documents. Reader and writer of the package are not used: they are what is tested.
"""

from __future__ import annotations

from .compare import assert_same_xml, canonical
from .documents import documents, spellings
from .strategies import markup, minimal, trees

__all__ = ["assert_same_xml", "canonical", "documents", "markup", "minimal", "spellings", "trees"]
