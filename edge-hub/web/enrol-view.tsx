import { type ReactElement, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { EnrolmentAnswer } from '../../shared/contracts/http-hub.ts';
import { directorySchema } from '../../shared/contracts/http-hub.ts';
import { Button } from '../../shared/web/button.tsx';
import type { CameraProblem } from '../../shared/web/camera.ts';
import { CodePicture } from '../../shared/web/code-picture.tsx';
import { isLanguage } from '../../shared/web/language.ts';
import { Notice } from '../../shared/web/mark.tsx';
import { OvalCamera } from '../../shared/web/oval-camera.tsx';
import { usePolled } from '../../shared/web/use-polled.ts';
import { CONSENT_TEXT_VERSION } from './consent-text.ts';
import { type Agreement, useEnrolment } from './use-enrolment.ts';

const POLL_MS = 15_000;
const POINTS = ['what', 'where', 'use', 'way', 'erase'] as const;

/** One person, with their own consent, in front of the webcam. Pictures go to the hub and stay nowhere. */
export function EnrolView({ streetId }: { readonly streetId: string | undefined }): ReactElement {
  const { t, i18n } = useTranslation();
  const video = useRef<HTMLVideoElement>(undefined);
  const [camera, setCamera] = useState<'opening' | 'ready' | CameraProblem>('opening');
  const [agreed, setAgreed] = useState(false);
  const [others, setOthers] = useState<readonly string[]>([]);
  const [about, setAbout] = useState(NOTHING_SAID);
  const { state, enrol, forget } = useEnrolment();
  const working = state.name === 'working';

  const start = (): void => {
    if (!video.current || streetId === undefined) return;
    const language = isLanguage(i18n.language) ? i18n.language : 'en';
    void enrol(video.current, { streets: [streetId, ...others], language, ...about });
  };
  const agree = (yes: boolean): void => {
    forget();
    setAgreed(yes);
    setCamera('opening');
  };
  const next = (): void => {
    agree(false);
    setOthers([]);
    setAbout(NOTHING_SAID);
  };

  if (state.name === 'enrolled') return <Enrolled answer={state.answer} onNext={next} />;
  const mayStart = agreed && camera === 'ready' && !working && isWhole(about);
  const twinAsked = about.twin || (state.name === 'failed' && state.code === 'already_enrolled');
  return (
    <section className="card" aria-labelledby="enrol">
      <h1 id="enrol">{t('enrol.heading')}</h1>
      <div className="enrol">
        {/* what is agreed to does not change under pictures being taken */}
        <fieldset className="stack" disabled={working}>
          <ConsentText agreed={agreed} onChange={agree} />
          <StreetChoice own={streetId} chosen={others} onChange={setOthers} />
          <Secrets about={about} twinAsked={twinAsked} onChange={setAbout} />
        </fieldset>
        <div className="stack enrol-camera">
          <ConsentedCamera
            agreed={agreed}
            camera={camera}
            onReady={(element) => {
              video.current = element;
              setCamera('ready');
            }}
            onProblem={setCamera}
          />
          <Button kind="primary" disabled={!mayStart} onClick={start}>
            {t(working ? 'enrol.working' : 'enrol.start')}
          </Button>
          {state.name === 'failed' ? <Failed code={state.code} /> : null}
        </div>
      </div>
    </section>
  );
}

interface ConsentedCameraProps {
  readonly agreed: boolean;
  readonly camera: 'opening' | 'ready' | CameraProblem;
  readonly onReady: (video: HTMLVideoElement) => void;
  readonly onProblem: (problem: CameraProblem) => void;
}

/** No camera runs before the person has agreed. */
function ConsentedCamera({ agreed, camera, ...on }: ConsentedCameraProps): ReactElement {
  const { t } = useTranslation();
  if (!agreed) return <p className="muted">{t('enrol.agreeFirst')}</p>;
  return (
    <>
      <OvalCamera onReady={on.onReady} onProblem={on.onProblem} />
      <CameraNote camera={camera} />
    </>
  );
}

type About = Omit<Agreement, 'streets' | 'language'>;

const NOTHING_SAID: About = { phone: '', pin: '', minor: false, twin: false };
const PHONE_DIGITS = { least: 8, most: 15 } as const;
const PIN_DIGITS = { least: 6, most: 6 } as const;

/** Half a number is none. */
function isWhole({ phone, pin }: About): boolean {
  return isOf(PHONE_DIGITS, phone) && isOf(PIN_DIGITS, pin);
}

function isOf({ least, most }: DigitsFieldProps['length'], digits: string): boolean {
  return digits === '' || (digits.length >= least && digits.length <= most);
}

interface SecretsProps {
  readonly about: About;
  /** Only where the hub has said that the face is enrolled already. */
  readonly twinAsked: boolean;
  readonly onChange: (about: About) => void;
}

/** What the person may tell about themselves, and what becomes of it. */
function Secrets({ about, twinAsked, onChange }: SecretsProps): ReactElement {
  const { t } = useTranslation();
  return (
    <>
      <DigitsField
        name="phone"
        length={PHONE_DIGITS}
        value={about.phone}
        onChange={(phone) => onChange({ ...about, phone })}
      />
      <DigitsField
        name="pin"
        length={PIN_DIGITS}
        value={about.pin}
        onChange={(pin) => onChange({ ...about, pin })}
      />
      <p className="small muted" id="secrets-note">
        {t('enrol.secretsNote')}
      </p>
      <Choice
        words={t('enrol.minor')}
        checked={about.minor}
        onChange={(minor) => onChange({ ...about, minor })}
      />
      {twinAsked ? (
        <Choice
          words={t('enrol.twin')}
          checked={about.twin}
          onChange={(twin) => onChange({ ...about, twin })}
        />
      ) : null}
    </>
  );
}

interface DigitsFieldProps {
  readonly name: 'phone' | 'pin';
  readonly length: { readonly least: number; readonly most: number };
  readonly value: string;
  readonly onChange: (digits: string) => void;
}

/** A PIN is shown as dots: others stand at the counter. */
function DigitsField({ name, length, value, onChange }: DigitsFieldProps): ReactElement {
  const { t } = useTranslation();
  return (
    <div className="field">
      <label htmlFor={name}>{t(`enrol.${name}`)}</label>
      <input
        id={name}
        type={name === 'pin' ? 'password' : 'text'}
        autoComplete={name === 'pin' ? 'new-password' : 'off'}
        inputMode="numeric"
        pattern={`\\d{${length.least},${length.most}}`}
        maxLength={length.most}
        aria-describedby="secrets-note"
        value={value}
        onChange={(event) => onChange(event.target.value.replaceAll(/\D/g, ''))}
      />
    </div>
  );
}

interface ChoiceProps {
  readonly words: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

function Choice({ words, checked, onChange }: ChoiceProps): ReactElement {
  return (
    <label className="choice">
      <input
        type="checkbox"
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
      />
      {words}
    </label>
  );
}

interface ConsentTextProps {
  readonly agreed: boolean;
  readonly onChange: (agreed: boolean) => void;
}

function ConsentText({ agreed, onChange }: ConsentTextProps): ReactElement {
  const { t } = useTranslation();
  return (
    <fieldset className="stack">
      <legend className="title">{t('enrol.consent.heading')}</legend>
      <ul className="consent">
        {POINTS.map((point) => (
          <li key={point}>{t(`enrol.consent.${point}`)}</li>
        ))}
      </ul>
      <label className="choice">
        <input
          type="checkbox"
          checked={agreed}
          onChange={(event) => onChange(event.target.checked)}
        />
        {t('enrol.consent.agree')}
      </label>
      <p className="small muted">{t('enrol.consent.version', { version: CONSENT_TEXT_VERSION })}</p>
    </fieldset>
  );
}

interface StreetChoiceProps {
  readonly own: string | undefined;
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}

/** The street of this hub is what enrolment is for; every other one is the person's own choice. */
function StreetChoice({ own, chosen, onChange }: StreetChoiceProps): ReactElement {
  const { t } = useTranslation();
  const directory = usePolled('/api/directory', directorySchema, POLL_MS);
  const hubs = directory.value?.hubs ?? [];
  const others = hubs.filter((hub) => hub.streetId !== own);
  const toggle = (streetId: string, on: boolean): void =>
    onChange(on ? [...chosen, streetId] : chosen.filter((each) => each !== streetId));
  return (
    <fieldset>
      <legend className="field-name">{t('enrol.streets')}</legend>
      <p>
        {hubs.find((hub) => hub.streetId === own)?.streetName ?? own ?? ''} {t('enrol.here')}
      </p>
      {others.map((hub) => (
        <label className="choice" key={hub.hubId}>
          <input
            type="checkbox"
            checked={chosen.includes(hub.streetId)}
            onChange={(event) => toggle(hub.streetId, event.target.checked)}
          />
          {hub.streetName}
        </label>
      ))}
    </fieldset>
  );
}

function CameraNote({ camera }: { readonly camera: 'opening' | 'ready' | CameraProblem }) {
  const { t } = useTranslation();
  if (camera === 'opening') return <p className="muted">{t('common.cameraWaiting')}</p>;
  if (camera === 'ready') return <p className="muted">{t('enrol.look')}</p>;
  return (
    <Notice tone="bad" icon="cross">
      {t(`common.camera.${camera}`)} {t('common.code', { code: camera })}
    </Notice>
  );
}

function Failed({ code }: { readonly code: string }): ReactElement {
  const { t, i18n } = useTranslation();
  const key = `enrol.problems.${code}`;
  return (
    <Notice tone="bad" icon="again">
      <p>{i18n.exists(key) ? t(key) : t('enrol.failed')}</p>
      <p className="small muted">{t('common.code', { code })}</p>
    </Notice>
  );
}

interface EnrolledProps {
  readonly answer: Pick<EnrolmentAnswer, 'pinRule' | 'phoneLink'>;
  readonly onNext: () => void;
}

function Enrolled({ answer, onNext }: EnrolledProps): ReactElement {
  const { t } = useTranslation();
  const heading = useRef<HTMLHeadingElement>(null);
  // the button that was pressed is gone: a screen reader goes on from here
  useEffect(() => heading.current?.focus(), []);
  return (
    <section className="card narrow" aria-labelledby="enrolled">
      <h1 id="enrolled" ref={heading} tabIndex={-1}>
        {t('enrol.done')}
      </h1>
      <Notice tone="good" icon="check">
        {t('enrol.doneNote')}
      </Notice>
      {answer.pinRule ? (
        <Notice tone="more" icon="info">
          {t('enrol.pinRule')}
        </Notice>
      ) : null}
      {answer.phoneLink === null ? null : (
        <div className="phone-link">
          <p>{t('enrol.phone')}</p>
          <CodePicture text={answer.phoneLink} label={t('enrol.phoneLabel')} />
        </div>
      )}
      <Button kind="primary" onClick={onNext}>
        {t('enrol.next')}
      </Button>
    </section>
  );
}
