import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { programmeListSchema } from '../../../shared/contracts/http-programmes.ts';
import { Icon } from '../../../shared/web/icon.tsx';
import { SkeletonRows } from '../../../shared/web/skeleton.tsx';
import { usePolled } from '../../../shared/web/use-polled.ts';
import { Failed } from '../desk/list-card.tsx';
import { StaffPage } from '../session/staff-page.tsx';
import { NewProgramme } from './new-programme.tsx';
import { ProgrammeDetail } from './programme-detail.tsx';
import { ProgrammeList } from './programme-list.tsx';
import { usePlace } from './use-place.ts';

const POLL_MS = 30_000;

/** Programmes of the bureau, from their rules to what came of them. */
export function ProgrammesApp(): ReactElement {
  const { t } = useTranslation();
  return (
    <StaffPage name="programmes" heading={t('heading')}>
      {() => <Programmes />}
    </StaffPage>
  );
}

function Programmes(): ReactElement {
  const { t } = useTranslation();
  const place = usePlace();
  const listed = usePolled('/api/programmes', programmeListSchema, POLL_MS);
  if (!listed.value) {
    if (listed.failure) return <Failed failure={listed.failure} onRetry={listed.reload} />;
    return <SkeletonRows rows={5} />;
  }
  const chosen = listed.value.programmes.find(({ programmeId }) => programmeId === place);
  const isList = !chosen && place !== 'new';
  return (
    <>
      {isList ? null : (
        <a className="way-back" href="#/">
          <Icon name="back" />
          {t('all')}
        </a>
      )}
      {listed.failure ? <Failed failure={listed.failure} onRetry={listed.reload} /> : null}
      {isList ? <ProgrammeList programmes={listed.value.programmes} /> : null}
      {place === 'new' ? <NewProgramme onKept={listed.reload} /> : null}
      {chosen ? <ProgrammeDetail programme={chosen} onChange={listed.reload} /> : null}
    </>
  );
}
