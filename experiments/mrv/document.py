"""The whole report, in the order of ISO 14064-2."""

from experiments.mrv.blocks import Document, Text
from experiments.mrv.case import Case
from experiments.mrv.section_beside import beside_section, paid_words
from experiments.mrv.section_claim import claim_notice, claim_section
from experiments.mrv.section_leakage import leakage_section
from experiments.mrv.section_platform import platform_section
from experiments.mrv.section_project import baseline_section, boundary_section, project_section
from experiments.mrv.section_quality import quality_section, record_section
from experiments.mrv.section_result import quantification_section, wtw_section
from experiments.mrv.section_uncertainty import uncertainty_section
from experiments.mrv.section_year import LABEL, year_section


def mrv_document(case: Case) -> Document:
    """All that the report says, before it is written down.

    References: ISO 14064-2:2019, whose structure it follows; GHG Protocol for Project Accounting.
    """
    name = case.settings.project.title or case.evidence.summary["scenario"]
    return Document(
        kicker="ecocorridor · measuring, reporting, verification (MRV) of a simulated project",
        title=f"Speed advice at signals, {name}: what saving of CO₂ may be claimed?",
        label=f"{LABEL} Results of a simulation. The report follows the structure of ISO 14064-2; "
        "it has not been validated or verified by anybody, and gives no right to credits.",
        opening=(
            claim_notice(case),
            *(Text(text=line, is_strong=True) for line in paid_words(case)),
            Text(
                text="A claim is the lower end of what the evidence bears; the best estimate is "
                "its middle. Sections 1 to 3 tell what is compared, 4 to 7 what is counted, 8 to "
                "10 how sure it is and what it costs elsewhere, 11 to 13 what it rests on."
            ),
        ),
        sections=(
            boundary_section(case),
            baseline_section(case),
            project_section(case),
            quantification_section(case),
            wtw_section(case),
            leakage_section(case),
            platform_section(case),
            uncertainty_section(case),
            claim_section(case),
            beside_section(case),
            quality_section(case),
            year_section(case),
            record_section(case),
        ),
    )
