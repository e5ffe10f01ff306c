import { type FormEvent, type ReactElement, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type MerchantStaff,
  merchantStaffListSchema,
} from '../../../shared/contracts/http-merchants.ts';
import { Button } from '../../../shared/web/button.tsx';
import { usePolled } from '../../../shared/web/use-polled.ts';
import { ItemList } from '../desk/item-list.tsx';
import { Failed, ListCard } from '../desk/list-card.tsx';
import { TextField } from '../desk/text-field.tsx';
import { usePosted } from '../desk/use-posted.ts';

const POLL_MS = 60_000;

/** Who may act for the merchant. People are what they are called at the sign-in provider. */
export function StaffCard({ merchantId }: { readonly merchantId: string }): ReactElement {
  const { t } = useTranslation();
  const path = `/api/merchants/${merchantId}/staff`;
  const staff = usePolled(path, merchantStaffListSchema, POLL_MS);
  const posted = usePosted(staff.reload);
  const add = (person: MerchantStaff): Promise<boolean> =>
    posted.post(path, merchantStaffListSchema, person);
  const remove = (subject: string): void =>
    void posted.post(`${path}/remove`, merchantStaffListSchema, { subject });
  return (
    <ListCard
      id="people"
      heading={t('people.heading')}
      polled={staff}
      isEmpty={(value) => value.staff.length === 0}
      none={t('people.none')}
      foot={
        <>
          {posted.failure ? <Failed failure={posted.failure} /> : null}
          <AddPerson busy={posted.busy} onAdd={add} />
        </>
      }
    >
      {(value) => (
        <ItemList labelledBy="people">
          {value.staff.map(({ subject, role }) => (
            <li key={subject}>
              <div className="item-head">
                <span>
                  {subject} <span className="small muted">{t(`session.role.${role}`)}</span>
                </span>
                <Button kind="quiet" disabled={posted.busy} onClick={() => remove(subject)}>
                  {t('people.remove')}
                  <span className="unseen">{subject}</span>
                </Button>
              </div>
            </li>
          ))}
        </ItemList>
      )}
    </ListCard>
  );
}

function AddPerson(props: {
  readonly busy: boolean;
  readonly onAdd: (person: MerchantStaff) => Promise<boolean>;
}): ReactElement {
  const { t } = useTranslation();
  const id = useId();
  const [subject, setSubject] = useState('');
  const [role, setRole] = useState<MerchantStaff['role']>('cashier');
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (await props.onAdd({ subject: subject.trim(), role })) setSubject('');
  };
  return (
    <form className="fields" onSubmit={(event) => void submit(event)}>
      <TextField
        label={t('people.subject')}
        value={subject}
        required
        maxLength={255}
        onText={setSubject}
      />
      <div className="field">
        <label htmlFor={id}>{t('people.role')}</label>
        <select
          id={id}
          value={role}
          onChange={(event) => setRole(event.target.value === 'owner' ? 'owner' : 'cashier')}
        >
          <option value="cashier">{t('session.role.cashier')}</option>
          <option value="owner">{t('session.role.owner')}</option>
        </select>
      </div>
      <Button type="submit" disabled={props.busy}>
        {t('people.add')}
      </Button>
    </form>
  );
}
