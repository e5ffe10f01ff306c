import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { FeatureWords } from '../../../shared/contracts/http-standing.ts';
import type { Fairness, ModelCard } from '../../../shared/contracts/model-card.ts';
import { Mark, Notice, type Tone } from '../../../shared/web/mark.tsx';
import { useFeatureWords } from '../desk/feature-words.ts';

const TONES: Readonly<Record<Fairness['verdict'], Tone>> = {
  clear: 'good',
  warned: 'more',
  refused: 'bad',
};

interface FairnessTableProps {
  readonly card: ModelCard | null;
  readonly words: FeatureWords;
}

/** How the model in force treats groups of an attribute that it never looks at, by its card. */
export function FairnessTable({ card, words }: FairnessTableProps): ReactElement {
  const { t, i18n } = useTranslation();
  const { nameOf } = useFeatureWords(words);
  if (card === null) {
    return (
      <Notice tone="more" icon="info">
        {t('card.untested')}
      </Notice>
    );
  }
  const percent = new Intl.NumberFormat(i18n.language, { style: 'percent' });
  const quality = {
    companies: card.companies,
    auc: card.auc.toFixed(3),
    ks: card.ks.toFixed(3),
    brier: card.brier.toFixed(3),
  };
  return (
    <>
      <p className="small">{t('card.quality', quality)}</p>
      {card.fairness.length === 0 ? (
        <p className="small muted">{t('card.none')}</p>
      ) : (
        <div className="table-frame" role="group" aria-label={t('card.heading')} tabIndex={0}>
          <h3>{t('card.heading')}</h3>
          <table>
            <thead>
              <tr>
                <th scope="col">{t('card.attribute')}</th>
                <th scope="col" className="number">
                  {t('card.ratio')}
                </th>
                <th scope="col">{t('card.proxy')}</th>
                <th scope="col" className="number">
                  {t('card.together')}
                </th>
              </tr>
            </thead>
            <tbody>
              {card.fairness.map(({ attribute, disparateImpact, proxies, together, verdict }) => (
                <tr key={attribute}>
                  <th scope="row">
                    {attribute}
                    <br />
                    <Mark tone={TONES[verdict]} icon={verdict === 'clear' ? 'check' : 'info'}>
                      {t(`card.verdict.${verdict}`)}
                    </Mark>
                  </th>
                  <td className="number">{percent.format(disparateImpact)}</td>
                  <td>
                    {nameOf(proxies[0]?.feature ?? '–')} {proxies[0]?.auc.toFixed(2)}
                  </td>
                  <td className="number">{together.toFixed(2)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <p className="small muted">{t('card.ratioWhat')}</p>
        </div>
      )}
    </>
  );
}
