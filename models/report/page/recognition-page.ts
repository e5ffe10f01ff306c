import { escaped } from '../plot/svg.ts';
import type { RecognitionReport } from '../recognition-report.ts';
import { acquisitionSection, crewSection } from './acquisition-section.ts';
import { attackFinding, attackSection } from './attack-section.ts';
import { conditionsSection } from './conditions-section.ts';
import { costSection } from './cost-section.ts';
import { identificationFinding, identificationSection } from './identification-section.ts';
import { PLOT_WIDTHS, type Section, sectionMarkup } from './markup.ts';
import { percent, whole } from './numbers.ts';
import { PAGE_STYLE } from './page-style.ts';
import { verificationFinding, verificationSection } from './verification-section.ts';

export interface RenderedReport {
  /** A page that needs nothing but itself. */
  readonly html: string;
  readonly plots: readonly { readonly name: string; readonly svg: string }[];
}

/** What words and intervals mean. */
const TERMS: readonly (readonly [term: string, meaning: string])[] = [
  [
    'FMR, FNMR',
    'False match rate: share of comparisons of two people that score at the threshold or above. False non-match rate: share of comparisons of one person that score below.',
  ],
  [
    'FPIR, FNIR',
    'The same for a search in a gallery: strangers who are taken for somebody, enrolled people who are not found. FPIR grows with the gallery: a rate without its size means nothing.',
  ],
  ['APCER, BPCER', 'Attacks that are accepted, real faces that are refused (ISO/IEC 30107-3).'],
  [
    '95\u00a0%, by comparison (search, picture)',
    'Clopper and Pearson’s exact interval. It takes every trial for independent of every other, which comparisons of the same person are not: it is the least uncertainty there is.',
  ],
  [
    '95\u00a0%, by person',
    'Bootstrap: as many people as there are, drawn with replacement, all their comparisons with them; the middle 95\u00a0% of the rates found. A threshold that was chosen on these comparisons is chosen anew each time. A dash: without a single error, or with too few comparisons kept, this tells nothing.',
  ],
  [
    'No errors',
    'None in n trials does not mean never: with 95\u00a0% confidence the rate is below about 3.7 / n, as the interval by comparison says.',
  ],
];

/** Renders a report for people: the page, and each of its plots alone. */
export function renderRecognition(report: RecognitionReport): RenderedReport {
  const sections: Section[] = [
    verificationSection(report.verification),
    identificationSection(report.identification),
    acquisitionSection(report),
    attackSection(report),
    costSection(report),
    crewSection(report),
    conditionsSection(report),
    {
      id: 'not-measured',
      title: 'Not measured',
      parts: [
        {
          caption: 'What this report does not tell, and why',
          head: ['What', 'Why'],
          isText: true,
          rows: report.notMeasured.map(({ what, why }) => [what, why]),
        },
      ],
    },
  ];
  const plots = sections.flatMap(({ parts }) =>
    parts.flatMap((part) =>
      'plot' in part ? [{ name: part.id, svg: part.plot(PLOT_WIDTHS.wide) }] : [],
    ),
  );
  return { html: pageOf(report, sections), plots };
}

/** What somebody should know who reads no further. */
function findingsOf(report: RecognitionReport): string[] {
  const { verification, identification, depthPad, enrolment } = report;
  return [
    ...(identification.length > 0 ? [identificationFinding(identification)] : []),
    ...(verification ? [verificationFinding(verification)] : []),
    ...(['given', 'simulated'] as const).flatMap((evidence) =>
      depthPad.species.some((one) => one.evidence === evidence)
        ? [attackFinding(depthPad.species, evidence)]
        : [],
    ),
    `A face is found in ${percent(1 - enrolment.failures.rate)} of the pictures`,
    `${report.notMeasured.length} things were not measured: see the end`,
  ];
}

function pageOf(report: RecognitionReport, sections: readonly Section[]): string {
  const { conditions, imageSet } = report;
  const title = `Recognition test report, pack ${conditions.pack.id}`;
  const set = `${imageSet.label ?? 'a set of'} ${imageSet.label === null ? '' : '– '}${whole(imageSet.pictures)} pictures of ${whole(imageSet.people)} people`;
  const links = sections.map(
    ({ id, title: words }) => `<li><a href="#${id}">${escaped(words)}</a></li>`,
  );
  const terms = TERMS.map(
    ([term, meaning]) => `<dt>${escaped(term)}</dt><dd>${escaped(meaning)}</dd>`,
  );
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escaped(title)}</title><style>${PAGE_STYLE}</style></head><body>`,
    `<header><h1>${escaped(title)}</h1>`,
    `<p class="about">${escaped(set)}. Measured ${conditions.endedAt.slice(0, 10)} in the manner of ISO/IEC 19795-1 and -2 and 30107-3. Nobody is named in it.</p>`,
    `<ul class="findings">${findingsOf(report)
      .map((words) => `<li>${escaped(words)}</li>`)
      .join('')}</ul>`,
    `<nav aria-label="Sections"><ul>${links.join('')}</ul></nav></header>`,
    `<main>${sections.map(sectionMarkup).join('')}`,
    `<section id="terms"><h2>How to read it</h2><dl>${terms.join('')}</dl></section></main></body></html>\n`,
  ].join('\n');
}
