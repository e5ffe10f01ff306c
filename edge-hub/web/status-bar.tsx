import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { HubStatus } from '../../shared/contracts/http-hub.ts';
import { countText, durationText, momentText } from '../../shared/web/format.ts';
import { failureCode, type HttpFailure } from '../../shared/web/http.ts';
import { Mark, Notice } from '../../shared/web/mark.tsx';
import { SkeletonRows } from '../../shared/web/skeleton.tsx';

interface StatusBarProps {
  readonly status: HubStatus | undefined;
  readonly failure: HttpFailure | undefined;
}

/** How the hub is: link, gallery, queue, outbox. What is known stays when it cannot be asked. */
export function StatusBar({ status, failure }: StatusBarProps): ReactElement {
  const { t } = useTranslation();
  return (
    <section className="card" aria-label={t('status.label')}>
      {failure ? (
        <Notice tone="bad" icon="cross">
          {t('common.loadProblem')} {t('common.code', { code: failureCode(failure) })}
        </Notice>
      ) : null}
      {status ? <Figures status={status} /> : null}
      {!status && !failure ? <SkeletonRows rows={2} /> : null}
    </section>
  );
}

function Figures({ status }: { readonly status: HubStatus }): ReactElement {
  const { t, i18n } = useTranslation();
  const { language } = i18n;
  const count = (value: number): string => countText(value, language);
  const up = status.link.central === 'up';
  return (
    <dl className="figures">
      <div>
        <dt>{t('status.link')}</dt>
        <dd>
          <Mark tone={up ? 'good' : 'more'} icon={up ? 'link' : 'broken'}>
            {t(up ? 'status.up' : 'status.down')}
          </Mark>
          <span className="note">
            {t(up ? 'status.since' : 'status.downSince', {
              since: momentText(status.link.since, language, Date.now()),
            })}
          </span>
        </dd>
      </div>
      <div>
        <dt>{t('status.outbox')}</dt>
        <dd>
          {count(status.outbox.pending)}
          <span className="note">{t('status.lastSeq', { seq: status.outbox.lastSeq })}</span>
        </dd>
      </div>
      <div>
        <dt>{t('status.gallery')}</dt>
        <dd>
          {count(status.gallery.size)}
          <span className="note">{t('status.pack', { pack: status.gallery.packId })}</span>
          {status.formerPack && (
            <span className="note">
              {t('status.former', {
                pack: status.formerPack.packId,
                count: status.formerPack.people,
              })}
            </span>
          )}
        </dd>
      </div>
      <div>
        <dt>{t('status.sure')}</dt>
        <dd>
          {status.calibration.thresholds.sure.toFixed(3)}
          <span className="note">
            {t(`status.calibration.${status.calibration.warning ?? 'kept'}`, {
              promise: rateText(status.calibration.promisedFpir, language),
              promisable: rateText(status.calibration.promisableFpir ?? 0, language),
            })}
          </span>
        </dd>
      </div>
      <div>
        <dt>{t('status.queue')}</dt>
        <dd>
          {count(status.queue.depth)}
          <span className="note">
            {t('status.capacity', { capacity: count(status.queue.capacity) })}
          </span>
        </dd>
      </div>
      <div>
        <dt>{t('status.uptime')}</dt>
        <dd>{durationText(status.uptimeMs, language)}</dd>
      </div>
    </dl>
  );
}

/** A small share as "1 in 1,000". */
function rateText(share: number, language: string): string {
  return share > 0 ? countText(Math.round(1 / share), language) : '–';
}
