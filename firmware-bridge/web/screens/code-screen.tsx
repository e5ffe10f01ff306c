import { type ReactElement, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { readPaymentCode } from '../../../shared/contracts/payment-code.ts';
import { Button } from '../../../shared/web/button.tsx';
import type { CameraProblem } from '../../../shared/web/camera.ts';
import { moneyText } from '../../../shared/web/format.ts';
import { OvalCamera } from '../../../shared/web/oval-camera.tsx';
import type { OpenPayment } from '../payment-flow.ts';
import { ScreenHeading } from '../screen-heading.tsx';

interface CodeScreenProps {
  readonly payment: OpenPayment;
  /** The text of a code that is a payment code by its form. */
  readonly onCode: (code: string) => void;
  readonly onProblem: (problem: CameraProblem) => void;
  readonly onCancel: () => void;
}

/** Between two looks at the camera's picture: a reading takes about 15 ms, and nobody holds up a code for less. */
const GAP_MS = 150;

/** The shopper holds the code on their phone before the camera. */
export function CodeScreen({ payment, ...on }: CodeScreenProps): ReactElement {
  const { t, i18n } = useTranslation();
  const [video, setVideo] = useState<HTMLVideoElement>();
  const isOther = useCodeReader(video, on.onCode);
  const hint = isOther ? 'scan.other' : 'scan.hint';
  return (
    <section className="screen">
      <div className="screen-middle">
        <ScreenHeading className="display">{t('scan.heading')}</ScreenHeading>
        <div className="look-frame">
          <OvalCamera shape="square" onReady={setVideo} onProblem={on.onProblem} />
        </div>
        <p className="title" role="status">
          {t(video ? hint : 'scan.opening')}
        </p>
        <p className="title muted">{moneyText(payment, i18n.language)}</p>
      </div>
      <Button onClick={on.onCancel}>{t('scan.cancel')}</Button>
    </section>
  );
}

/**
 * Reads until a payment code is seen, which is told once.
 *
 * @returns whether the code that is held up is another one
 */
function useCodeReader(
  video: HTMLVideoElement | undefined,
  onCode: (code: string) => void,
): boolean {
  const [isOther, setIsOther] = useState(false);
  const told = useRef(onCode);
  useEffect(() => {
    told.current = onCode;
  }, [onCode]);
  useEffect(() => {
    if (!video) return undefined;
    const abort = new AbortController();
    const read = async (): Promise<void> => {
      // the reader weighs more than the page: it loads while the camera opens
      const { readCode } = await import('../code-reader.ts');
      while (!abort.signal.aborted) {
        const text = await readCode(video);
        if (abort.signal.aborted) return;
        if (text !== undefined && readPaymentCode(text)) {
          told.current(text);
          return;
        }
        setIsOther(text !== undefined);
        await new Promise((resolve) => {
          setTimeout(resolve, GAP_MS);
        });
      }
    };
    void read();
    return () => abort.abort();
  }, [video]);
  return isOther;
}
