import { type FormEvent, type ReactElement, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { challengerListSchema } from '../../../shared/contracts/http-challengers.ts';
import { Button } from '../../../shared/web/button.tsx';
import { newId } from '../../../shared/web/ids.ts';
import { TextField } from '../desk/text-field.tsx';
import type { Posted } from '../desk/use-posted.ts';

/** Chunks small enough for one call with so many arguments. */
const CHUNK = 8_192;

/** A file's bytes as base64. */
async function base64Of(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  for (let from = 0; from < bytes.length; from += CHUNK)
    text += String.fromCharCode(...bytes.subarray(from, from + CHUNK));
  return btoa(text);
}

/** A model file of somebody else, into the shadow. */
export function ImportForm({ posted }: { readonly posted: Posted }): ReactElement {
  const { t } = useTranslation();
  const [challengerId, setChallengerId] = useState(newId);
  const [title, setTitle] = useState('');
  const [file, setFile] = useState<File>();
  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!file) return;
    const body = { challengerId, title: title.trim(), onnx: await base64Of(file) };
    if (!(await posted.post('/api/standing/challengers', challengerListSchema, body))) return;
    setChallengerId(newId());
    setTitle('');
  };
  return (
    <details>
      <summary>{t('models.import')}</summary>
      <form className="form" onSubmit={(event) => void send(event)}>
        <p className="small muted">{t('models.importWhat')}</p>
        <TextField
          label={t('models.title')}
          value={title}
          required
          maxLength={120}
          onText={setTitle}
        />
        <FileField label={t('models.file')} accept=".onnx" onFile={setFile} />
        <Button type="submit" disabled={posted.busy || !file || title.trim() === ''}>
          {t('models.send')}
        </Button>
      </form>
    </details>
  );
}

interface CompareFormProps {
  readonly challengerId: string;
  readonly posted: Posted;
}

/** Companies of a later time, with what came. */
export function CompareForm({ challengerId, posted }: CompareFormProps): ReactElement {
  const { t } = useTranslation();
  const [comparisonId, setComparisonId] = useState(newId);
  const [target, setTarget] = useState('bad');
  const [file, setFile] = useState<File>();
  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!file) return;
    const path = `/api/standing/challengers/${challengerId}/comparisons`;
    const body = { comparisonId, target: target.trim(), csv: await file.text() };
    if (await posted.post(path, challengerListSchema, body)) setComparisonId(newId());
  };
  return (
    <details>
      <summary>{t('models.compare')}</summary>
      <form className="form" onSubmit={(event) => void send(event)}>
        <p className="small muted">{t('models.compareWhat')}</p>
        <TextField
          label={t('models.target')}
          value={target}
          required
          maxLength={100}
          onText={setTarget}
        />
        <FileField label={t('models.test')} accept=".csv,text/csv" onFile={setFile} />
        <Button type="submit" disabled={posted.busy || !file || target.trim() === ''}>
          {t('models.compareSend')}
        </Button>
      </form>
    </details>
  );
}

interface FileFieldProps {
  readonly label: string;
  readonly accept: string;
  readonly onFile: (file: File | undefined) => void;
}

function FileField({ label, accept, onFile }: FileFieldProps): ReactElement {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="file"
        accept={accept}
        required
        onChange={(event) => onFile(event.target.files?.[0])}
      />
    </div>
  );
}
