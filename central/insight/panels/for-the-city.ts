import type { Panel } from '../../../shared/contracts/http-insight.ts';
import { unreachable } from '../../../shared/kernel/assert.ts';

/** Fewer than this are told to nobody but the merchant whose customers they are. */
const LEAST_PEOPLE = 10;
/** What changes while one looks is told in steps of so many: no two answers differ by one payment. */
const STEP = 10;

/**
 * A panel of the whole city as it may be seen: cells of fewer than ten people are left out. All but today's are of whole weeks
 * and stay the same until the next one, so that no two answers can be subtracted from one another.
 */
export function forTheCity(panel: Panel): Panel {
  switch (panel.panel) {
    case 'today':
      return {
        ...panel,
        payments: stepped(panel.payments),
        hours: panel.hours.map((each) => ({
          ...each,
          payments: each.payments === null ? null : stepped(each.payments),
        })),
      };
    case 'returning':
      return {
        ...panel,
        weeks: panel.weeks.filter(({ fresh, returning }) => isEnough(fresh) && isEnough(returning)),
      };
    case 'habits':
      return { ...panel, groups: panel.groups.filter(({ people }) => isEnough(people)) };
    case 'cohorts':
      return {
        ...panel,
        cohorts: panel.cohorts
          .filter(({ active }) => isEnough(active[0] ?? 0))
          .map((cohort) => ({
            ...cohort,
            active: cohort.active.map((people) =>
              people === null || isEnough(people) ? people : null,
            ),
          })),
      };
    case 'hours':
      return {
        ...panel,
        cells: panel.cells.filter(({ payments }) => isEnough(payments * panel.weeks)),
      };
    // made for whoever asks: from ten people on, in fives
    case 'covisits':
    // expectations, no counts
    case 'forecast':
      return panel;
    case 'lifetime':
      return isEnough(panel.people) ? panel : { ...panel, people: 0, model: null };
    default:
      return unreachable(panel);
  }
}

function isEnough(people: number): boolean {
  return people >= LEAST_PEOPLE;
}

function stepped(payments: number): number {
  return payments - (payments % STEP);
}
