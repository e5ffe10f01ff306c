import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type ProgrammeRules,
  type ProgrammeRun,
  programmeRunSchema,
} from '../../../shared/contracts/http-programmes.ts';
import { momentText } from '../../../shared/web/format.ts';
import { Mark, Notice } from '../../../shared/web/mark.tsx';
import { usePolled } from '../../../shared/web/use-polled.ts';
import { Failed, ListCard } from '../desk/list-card.tsx';
import { NoteForm } from '../desk/note-form.tsx';
import { usePosted } from '../desk/use-posted.ts';
import { AwardList } from './award-list.tsx';
import { EffectNote } from './effect-note.tsx';
import { RankedTable } from './ranked-table.tsx';

const POLL_MS = 30_000;
/** Of the hash, to compare by eye; the log has all of it. */
const HASH_SHOWN = 16;

interface RunCardProps {
  readonly runId: string;
  readonly rules: ProgrammeRules;
  /** Whether another run of the programme is the one that was approved. */
  readonly isOver: boolean;
  readonly onChange: () => void;
}

/** A run: its list, whether that is made again from what was kept, its approval, and what became of the awards. */
export function RunCard({ runId, rules, isOver, onChange }: RunCardProps): ReactElement {
  const { t } = useTranslation();
  const polled = usePolled(`/api/programme-runs/${runId}`, programmeRunSchema, POLL_MS);
  const reload = (): void => {
    polled.reload();
    onChange();
  };
  return (
    <ListCard
      id="run-list"
      heading={t('run.heading')}
      polled={polled}
      isEmpty={() => false}
      none=""
    >
      {(run) => (
        <>
          <RunHead run={run} />
          <Approval run={run} kind={rules.kind} isOver={isOver} onDone={reload} />
          {run.approvedAt === null ? null : (
            <>
              <AwardList run={run} rules={rules} onTold={polled.reload} />
              <EffectNote runId={runId} />
            </>
          )}
          <RankedTable {...run} rules={rules} />
        </>
      )}
    </ListCard>
  );
}

function RunHead({ run }: { readonly run: ProgrammeRun }): ReactElement {
  const { t, i18n } = useTranslation();
  return (
    <>
      <div className="item-head">
        <span className="small muted">
          {momentText(run.ranAt, i18n.language, Date.now())} ·{' '}
          <span className="mono">{run.inputHash.slice(0, HASH_SHOWN)}</span>
        </span>
        <Mark tone={run.reproduced ? 'good' : 'bad'} icon={run.reproduced ? 'check' : 'cross'}>
          {t(run.reproduced ? 'run.reproduced' : 'run.notReproduced')}
        </Mark>
      </div>
      <p>
        <a href={`/api/programme-runs/${run.runId}/log`}>{t('run.log')}</a>
      </p>
    </>
  );
}

interface ApprovalProps {
  readonly run: ProgrammeRun;
  readonly kind: ProgrammeRules['kind'];
  readonly isOver: boolean;
  readonly onDone: () => void;
}

/** Who wrote the rules or ran them is told that somebody else has to approve. */
function Approval({ run, kind, isOver, onDone }: ApprovalProps): ReactElement | null {
  const { t, i18n } = useTranslation();
  const posted = usePosted(onDone);
  if (run.approvedAt !== null) {
    const when = momentText(run.approvedAt, i18n.language, Date.now());
    return (
      <Notice tone="good" icon="check">
        {t('run.approved', { when, note: run.note ?? '' })}
      </Notice>
    );
  }
  if (isOver) return <p className="muted">{t('run.over')}</p>;
  if (run.ownWork) {
    return (
      <Notice tone="more" icon="info">
        {t('run.ownWork')}
      </Notice>
    );
  }
  const approve = (note: string): void =>
    void posted.post(`/api/programme-runs/${run.runId}/approve`, programmeRunSchema, { note });
  const { failure } = posted;
  const isOutside = failure?.kind === 'problem' && failure.detail === 'not_running';
  return (
    <>
      <NoteForm
        label={t('run.note')}
        busy={posted.busy}
        choices={[{ label: t(`run.approve.${kind}`), kind: 'primary', onNote: approve }]}
      />
      {failure ? <Failed failure={failure} /> : null}
      {isOutside ? <p>{t('run.notRunning')}</p> : null}
    </>
  );
}
