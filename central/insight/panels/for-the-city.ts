import type { Panel, PanelOf } from '../../../shared/contracts/http-insight.ts';
import { unreachable } from '../../../shared/kernel/assert.ts';
import { inSteps, PAYMENTS_STEP, PEOPLE_STEP, sumInSteps } from '../disclosure/rounding.ts';
import { DISCLOSURE_RULES, isEnough as isEnoughFor } from '../disclosure/rules.ts';
import { cohortsSentence } from './cohorts.ts';
import { habitsSentence } from './habits.ts';
import { hoursSentence } from './hours.ts';
import { lifetimeSentence } from './lifetime.ts';
import { returningSentence } from './returning.ts';
import { todaySentence } from './today.ts';

/**
 * A panel of the whole city as it may be seen: cells of fewer than ten people are left out, counts and sums are told in
 * steps, and its sentence is made of what is left. All but today's are of whole weeks and stay the same until the next one.
 */
export function forTheCity(panel: Panel): Panel {
  switch (panel.panel) {
    case 'today':
      return todayInSteps(panel);
    case 'returning': {
      const weeks = panel.weeks
        .filter(({ fresh, returning }) => isEnough(fresh) && isEnough(returning))
        .map((week) => ({
          ...week,
          fresh: people(week.fresh),
          returning: people(week.returning),
          freshSumMinor: sumInSteps(week.freshSumMinor),
          returningSumMinor: sumInSteps(week.returningSumMinor),
        }));
      return { ...panel, weeks, sentence: returningSentence(weeks, panel.day) };
    }
    case 'habits': {
      const groups = panel.groups
        .filter((group) => isEnough(group.people))
        .map((group) => ({
          ...group,
          people: people(group.people),
          sumMinor: sumInSteps(group.sumMinor),
        }));
      // a tenth is a cell as well
      const tenths = isEnough(panel.people / panel.tenths.length) ? panel.tenths : [];
      const shown = { ...panel, people: people(panel.people), groups, tenths };
      return { ...shown, sentence: habitsSentence(shown) };
    }
    case 'cohorts': {
      const cohorts = panel.cohorts
        .filter(({ active }) => isEnough(active[0] ?? 0))
        .map((cohort) => ({
          ...cohort,
          active: cohort.active.map((each) =>
            each !== null && isEnough(each) ? people(each) : null,
          ),
        }));
      return { ...panel, cohorts, sentence: cohortsSentence(cohorts) };
    }
    case 'hours': {
      const cells = panel.cells
        .map((cell) => ({
          ...cell,
          all: inSteps(Math.round(cell.payments * panel.weeks), PAYMENTS_STEP),
        }))
        .filter(({ all }) => all > 0)
        .map(({ all, ...cell }) => ({ ...cell, payments: all / panel.weeks }));
      return { ...panel, cells, sentence: hoursSentence(cells) };
    }
    // made for whoever asks: from ten people on, in fives
    case 'covisits':
    // expectations, no counts
    case 'forecast':
      return panel;
    // of merchants alone
    case 'together':
      return panel;
    case 'lifetime':
      return lifetimeInSteps(panel);
    default:
      return unreachable(panel);
  }
}

function lifetimeInSteps(panel: PanelOf<'lifetime'>): PanelOf<'lifetime'> {
  const { model } = panel;
  const isTold = model !== null && isEnough(panel.people);
  const shown = {
    ...panel,
    people: people(panel.people),
    model: isTold
      ? { ...model, slipping: people(model.slipping), fifths: model.fifths.map(people) }
      : null,
  };
  return { ...shown, sentence: lifetimeSentence(shown.people, shown.model) };
}

function todayInSteps(panel: PanelOf<'today'>): PanelOf<'today'> {
  const payments = inSteps(panel.payments, PAYMENTS_STEP);
  const { usualPayments } = panel;
  const sumMinor = sumInSteps(panel.sumMinor);
  const index = panel.index === null || !usualPayments ? null : (payments / usualPayments) * 100;
  const hours = panel.hours.map((each) => ({
    ...each,
    payments: each.payments === null ? null : inSteps(each.payments, PAYMENTS_STEP),
  }));
  const shown = { ...panel, payments, sumMinor, index, hours };
  return { ...shown, sentence: todaySentence(shown) };
}

function isEnough(count: number): boolean {
  return isEnoughFor(count, DISCLOSURE_RULES);
}

/** Fewer than may be told of are none. */
function people(count: number): number {
  return isEnough(count) ? inSteps(count, PEOPLE_STEP) : 0;
}
