import type { Panel, PanelOf } from '../../../shared/contracts/http-insight.ts';
import { unreachable } from '../../../shared/kernel/assert.ts';
import { cohortsSentence } from './cohorts.ts';
import { habitsSentence } from './habits.ts';
import { hoursSentence } from './hours.ts';
import { returningSentence } from './returning.ts';
import { todaySentence } from './today.ts';

/** Fewer than this are told to nobody but the merchant whose customers they are. */
const LEAST_PEOPLE = 10;
/** What changes while one looks is told in steps of so many: no two answers differ by one payment. */
const STEP = 10;
const SUM_STEP_MINOR = 100_000n;

/**
 * A panel of the whole city as it may be seen: cells of fewer than ten people are left out, and its sentence is made of what is
 * left. All but today's are of whole weeks
 * and stay the same until the next one, so that no two answers can be subtracted from one another.
 */
export function forTheCity(panel: Panel): Panel {
  switch (panel.panel) {
    case 'today':
      return todayInSteps(panel);
    case 'returning': {
      const weeks = panel.weeks.filter(
        ({ fresh, returning }) => isEnough(fresh) && isEnough(returning),
      );
      return { ...panel, weeks, sentence: returningSentence(weeks, panel.day) };
    }
    case 'habits': {
      const people = isEnough(panel.people) ? panel.people : 0;
      const groups = panel.groups.filter((group) => isEnough(group.people));
      // a tenth is a cell as well
      const tenths = isEnough(panel.people / panel.tenths.length) ? panel.tenths : [];
      const shown = { ...panel, people, groups, tenths };
      return { ...shown, sentence: habitsSentence(shown) };
    }
    case 'cohorts': {
      const cohorts = panel.cohorts
        .filter(({ active }) => isEnough(active[0] ?? 0))
        .map((cohort) => ({
          ...cohort,
          active: cohort.active.map((people) =>
            people === null || isEnough(people) ? people : null,
          ),
        }));
      return { ...panel, cohorts, sentence: cohortsSentence(cohorts) };
    }
    case 'hours': {
      const cells = panel.cells.filter(({ payments }) => isEnough(payments * panel.weeks));
      return { ...panel, cells, sentence: hoursSentence(cells) };
    }
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

function todayInSteps(panel: PanelOf<'today'>): PanelOf<'today'> {
  const payments = stepped(panel.payments);
  const { usualPayments } = panel;
  const sumMinor = (BigInt(panel.sumMinor) / SUM_STEP_MINOR) * SUM_STEP_MINOR;
  const index = panel.index === null || !usualPayments ? null : (payments / usualPayments) * 100;
  const hours = panel.hours.map((each) => ({
    ...each,
    payments: each.payments === null ? null : stepped(each.payments),
  }));
  const shown = { ...panel, payments, sumMinor: sumMinor.toString(), index, hours };
  return { ...shown, sentence: todaySentence(shown) };
}

function isEnough(people: number): boolean {
  return people >= LEAST_PEOPLE;
}

function stepped(payments: number): number {
  return payments - (payments % STEP);
}
