import { type FormEvent, type ReactElement, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type CampaignWriting,
  campaignSchema,
  campaignWritingSchema,
} from '../../../shared/contracts/http-campaigns.ts';
import { parseAmount } from '../../../shared/domain/money.ts';
import { Button } from '../../../shared/web/button.tsx';
import { newId } from '../../../shared/web/ids.ts';
import { Notice } from '../../../shared/web/mark.tsx';
import { TextField } from './text-field.tsx';
import type { Posted } from './use-posted.ts';

const CURRENCY = 'CNY';
/** China's clocks, by which a campaign's days go. */
const OFFSET = '+08:00';
const DAY_MS = 86_400_000;
const CONTROLS = ['10', '20', '30', '50', '0'];
const EMPTY = {
  zh: '',
  en: '',
  kind: 'percent',
  percent: '10',
  off: '',
  cap: '',
  minimum: '',
  budget: '',
  from: '',
  to: '',
  control: '20',
};
type Texts = typeof EMPTY;

interface NewCampaignProps {
  readonly path: string;
  readonly posted: Posted;
}

/** Writes a campaign. Its terms do not change afterwards: it can only be stopped. */
export function NewCampaign({ path, posted }: NewCampaignProps): ReactElement {
  const { t } = useTranslation();
  const [texts, setTexts] = useState(EMPTY);
  const [campaignId, setCampaignId] = useState(newId);
  const [wrong, setWrong] = useState<string[]>([]);
  const field = (name: keyof Texts) => ({
    label: t(`session.campaign.field.${name}`),
    value: texts[name],
    onText: (text: string) => setTexts((last) => ({ ...last, [name]: text })),
  });
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const writing = campaignWritingSchema.safeParse(writingOf(campaignId, texts));
    setWrong(writing.success ? [] : writing.error.issues.map(({ path: at }) => String(at.at(-1))));
    if (!writing.success) return;
    if (!(await posted.post(path, campaignSchema, writing.data))) return;
    setCampaignId(newId());
    setTexts(EMPTY);
  };
  return (
    <details>
      <summary>{t('session.campaign.write')}</summary>
      <form className="form" onSubmit={(event) => void submit(event)}>
        <div className="fields">
          <TextField {...field('zh')} maxLength={40} required />
          <TextField {...field('en')} maxLength={40} required />
        </div>
        <div className="fields">
          <Choice {...field('kind')} options={['percent', 'fixed']} named="session.campaign.kind" />
          {texts.kind === 'percent' ? (
            <>
              <TextField {...field('percent')} inputMode="numeric" required />
              <TextField {...field('cap')} inputMode="decimal" />
            </>
          ) : (
            <TextField {...field('off')} inputMode="decimal" required />
          )}
          <TextField {...field('minimum')} inputMode="decimal" />
        </div>
        <div className="fields">
          <TextField {...field('from')} type="date" required />
          <TextField {...field('to')} type="date" min={texts.from} required />
          <TextField {...field('budget')} inputMode="decimal" required />
          <Choice {...field('control')} options={CONTROLS} named="session.campaign.share" />
        </div>
        <p className="small muted">{t('session.campaign.what')}</p>
        {wrong.length > 0 ? (
          <Notice tone="bad" icon="cross">
            {t('session.campaign.wrong', { fields: wrong.join(', ') })}
          </Notice>
        ) : null}
        <Button type="submit" disabled={posted.busy}>
          {t('session.campaign.send')}
        </Button>
      </form>
    </details>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly string[];
  /** Where the options' words are. */
  readonly named: string;
  readonly onText: (text: string) => void;
}

function Choice({ label, value, options, named, onText }: ChoiceProps): ReactElement {
  const { t } = useTranslation();
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onText(event.target.value)}>
        {options.map((option) => (
          <option key={option} value={option}>
            {t(`${named}.${option}`)}
          </option>
        ))}
      </select>
    </div>
  );
}

/** What was typed as it is sent; what is not an amount or a day is left for the schema to refuse. */
function writingOf(campaignId: string, texts: Texts): unknown {
  const { zh, en, kind, from, to } = texts;
  const capMinor = texts.cap.trim() === '' ? null : minorOf(texts.cap);
  const writing: Omit<CampaignWriting, 'streets'> = {
    campaignId,
    terms: {
      title: { 'zh-CN': zh, en },
      offer:
        kind === 'fixed'
          ? { kind: 'fixed', amountMinor: minorOf(texts.off) }
          : { kind: 'percent', percent: Number(texts.percent), capMinor },
      minimumMinor: texts.minimum.trim() === '' ? '0' : minorOf(texts.minimum),
      currency: CURRENCY,
      startsAt: startOf(from, 0),
      endsAt: startOf(to, 1),
      controlPercent: Number(texts.control),
    },
    budgetMinor: minorOf(texts.budget),
  };
  return writing;
}

function minorOf(text: string): string {
  return parseAmount(text.trim(), CURRENCY)?.amountMinor.toString() ?? '';
}

/** When a day begins, or one so many days later. */
function startOf(day: string, daysLater: number): string {
  const ms = Date.parse(`${day}T00:00:00.000${OFFSET}`);
  return Number.isNaN(ms) ? '' : new Date(ms + daysLater * DAY_MS).toISOString();
}
