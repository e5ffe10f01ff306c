import { type FormEvent, type ReactElement, useState } from 'react';
import { Button } from '../../../shared/web/button.tsx';
import { TextField } from './text-field.tsx';

export interface NoteChoice {
  readonly label: string;
  readonly kind?: 'primary' | 'plain' | 'danger';
  readonly onNote: (note: string) => void;
}

interface NoteFormProps {
  readonly label: string;
  readonly busy: boolean;
  readonly choices: readonly NoteChoice[];
}

/** A word of explanation and what is done with it: nothing is decided without one. */
export function NoteForm({ label, busy, choices }: NoteFormProps): ReactElement {
  const [note, setNote] = useState('');
  const isReady = note.trim() !== '' && !busy;
  const [first] = choices;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isReady) first?.onNote(note.trim());
  };
  return (
    <form className="note-form" onSubmit={submit}>
      <TextField label={label} value={note} maxLength={500} onText={setNote} />
      <div className="buttons">
        {choices.map((choice) => (
          <Button
            key={choice.label}
            kind={choice.kind ?? 'plain'}
            disabled={!isReady}
            onClick={() => choice.onNote(note.trim())}
          >
            {choice.label}
          </Button>
        ))}
      </div>
    </form>
  );
}
