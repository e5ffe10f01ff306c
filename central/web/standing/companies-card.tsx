import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  standingCompaniesSchema,
  standingSchema,
  standingScoreSchema,
} from '../../../shared/contracts/http-standing.ts';
import { Button } from '../../../shared/web/button.tsx';
import { dateText } from '../../../shared/web/format.ts';
import { newId } from '../../../shared/web/ids.ts';
import { SkeletonRows } from '../../../shared/web/skeleton.tsx';
import { usePolled } from '../../../shared/web/use-polled.ts';
import { ItemList } from '../desk/item-list.tsx';
import { Failed, ListCard } from '../desk/list-card.tsx';
import { ScoreReasons } from '../desk/score-reasons.tsx';
import { TextField } from '../desk/text-field.tsx';
import { usePosted } from '../desk/use-posted.ts';

const POLL_MS = 60_000;
/** The search finds the others. */
const SHOWN = 50;

/** Companies that have agreed to be scored: find one, look at its score, score it anew. */
export function CompaniesCard(): ReactElement {
  const { t, i18n } = useTranslation();
  const listed = usePolled('/api/standing/companies', standingCompaniesSchema, POLL_MS);
  const [search, setSearch] = useState('');
  const [chosen, setChosen] = useState<string>();
  const wanted = search.trim().toLowerCase();
  return (
    <ListCard
      id="companies"
      heading={t('companies.heading')}
      polled={listed}
      isEmpty={({ companies }) => companies.length === 0}
      none={t('companies.none')}
    >
      {({ companies }) => {
        const found = companies.filter(({ companyName, merchantId }) =>
          `${companyName} ${merchantId}`.toLowerCase().includes(wanted),
        );
        return (
          <>
            <TextField
              label={t('companies.search')}
              value={search}
              maxLength={70}
              onText={setSearch}
            />
            <p className="small muted">
              {t('companies.found', { found: found.length, all: companies.length })}
            </p>
            <ItemList labelledBy="companies">
              {found.slice(0, SHOWN).map((company) => (
                <li key={company.merchantId}>
                  <div className="item-head">
                    <strong>{company.companyName}</strong>
                    <span className="number">
                      {company.scoredAt === null
                        ? t('companies.notScored')
                        : company.refusal === null
                          ? `${company.grade ?? '–'} · ${company.score ?? '–'}`
                          : t('companies.refused')}
                    </span>
                  </div>
                  <div className="item-head">
                    <span className="small muted">
                      {t('companies.agreed', {
                        when: dateText(company.agreedAt, i18n.language),
                      })}
                    </span>
                    <Button
                      kind="quiet"
                      aria-expanded={chosen === company.merchantId}
                      onClick={() =>
                        setChosen(chosen === company.merchantId ? undefined : company.merchantId)
                      }
                    >
                      {t(chosen === company.merchantId ? 'companies.close' : 'companies.open')}
                    </Button>
                  </div>
                  {chosen === company.merchantId ? (
                    <OneCompany merchantId={company.merchantId} onScored={listed.reload} />
                  ) : null}
                </li>
              ))}
            </ItemList>
          </>
        );
      }}
    </ListCard>
  );
}

/** A company's newest score, and a new one of what is known now. */
function OneCompany(props: {
  readonly merchantId: string;
  readonly onScored: () => void;
}): ReactElement {
  const { t, i18n } = useTranslation();
  const path = `/api/merchants/${props.merchantId}/standing`;
  const standing = usePolled(path, standingSchema, POLL_MS);
  const [scoreId, setScoreId] = useState(newId);
  const posted = usePosted(() => {
    standing.reload();
    props.onScored();
  });
  const score = async (): Promise<void> => {
    if (await posted.post(`${path}/scores`, standingScoreSchema, { scoreId })) setScoreId(newId());
  };
  if (!standing.value) {
    if (standing.failure) return <Failed failure={standing.failure} onRetry={standing.reload} />;
    return <SkeletonRows rows={3} />;
  }
  const [newest] = standing.value.scores;
  return (
    <>
      {newest ? (
        <>
          <p className="small muted">{dateText(newest.scoredAt, i18n.language)}</p>
          <ScoreReasons score={newest} />
        </>
      ) : null}
      {posted.failure ? <Failed failure={posted.failure} /> : null}
      <div className="buttons">
        <Button disabled={posted.busy} onClick={() => void score()}>
          {t('companies.score')}
        </Button>
      </div>
    </>
  );
}
