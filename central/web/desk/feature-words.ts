import { useTranslation } from 'react-i18next';
import { MEASURES, type Measure } from '../../../shared/contracts/http-programmes.ts';
import type { FeatureWords, ValueRange } from '../../../shared/contracts/http-standing.ts';
import { measureText } from './measures.ts';

/** What a score's features and the ranges of their values are called in the reader's language. */
export interface FeatureTongue {
  readonly nameOf: (feature: string) => string;
  readonly rangeOf: (feature: string, range: ValueRange) => string;
}

/** @param words what came with the model; the street's own measures have theirs here */
export function useFeatureWords(words: FeatureWords): FeatureTongue {
  const { t, i18n } = useTranslation();
  const language = i18n.language === 'zh-CN' ? 'zh-CN' : 'en';
  const number = new Intl.NumberFormat(language, { maximumSignificantDigits: 4 });
  const valueOf = (feature: string, value: number): string => {
    const measure = measureOf(feature);
    return measure ? measureText(measure, value, language) : number.format(value);
  };
  return {
    nameOf: (feature) => {
      const measure = measureOf(feature);
      return measure ? t(`session.measure.${measure}`) : (words[feature]?.[language] ?? feature);
    },
    rangeOf: (feature, range) => {
      if (range.kind === 'unknown') return t('session.range.unknown');
      if (range.kind === 'exact') return valueOf(feature, range.value);
      if (range.kind === 'levels') {
        const list = new Intl.ListFormat(language, { type: 'disjunction' });
        return range.levels.length > 0 ? list.format(range.levels) : t('session.range.other');
      }
      const [from, below] = [range.from, range.below].map((value) =>
        value === null ? undefined : valueOf(feature, value),
      );
      if (from === undefined && below === undefined) return t('session.range.any');
      if (from === undefined) return t('session.range.below', { below });
      return t(below === undefined ? 'session.range.from' : 'session.range.between', {
        from,
        below,
      });
    },
  };
}

function measureOf(feature: string): Measure | undefined {
  return MEASURES.find((measure) => measure === feature);
}
