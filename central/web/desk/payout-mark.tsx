import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Payout } from '../../../shared/contracts/http-settlement.ts';
import { Mark, type Tone } from '../../../shared/web/mark.tsx';

const TONES: Readonly<Record<Payout['state'], Tone>> = {
  instructed: 'more',
  accepted: 'more',
  booked: 'good',
  returned: 'bad',
};

/** Where a payout stands. */
export function PayoutMark({ state }: { readonly state: Payout['state'] }): ReactElement {
  const { t } = useTranslation();
  const tone = TONES[state];
  return (
    <Mark tone={tone} icon={tone === 'good' ? 'check' : tone === 'bad' ? 'cross' : 'dots'}>
      {t(`session.payout.${state}`)}
    </Mark>
  );
}
