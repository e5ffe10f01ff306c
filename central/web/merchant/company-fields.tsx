import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Notice } from '../../../shared/web/mark.tsx';
import { TextField } from '../desk/text-field.tsx';

/** What a company is paid to. */
export const ACCOUNT_FIELDS = ['holder', 'number', 'bankName', 'bankCode'] as const;
/** All that it says of itself when it applies. */
export const COMPANY_FIELDS = [
  'merchantId',
  'companyName',
  'licenceNumber',
  ...ACCOUNT_FIELDS,
] as const;

export type CompanyTexts = Readonly<Record<(typeof COMPANY_FIELDS)[number], string>>;

/** Nothing written yet. */
export const EMPTY_TEXTS: CompanyTexts = {
  merchantId: '',
  companyName: '',
  licenceNumber: '',
  holder: '',
  number: '',
  bankName: '',
  bankCode: '',
};

interface CompanyFieldsProps {
  readonly fields: readonly (keyof CompanyTexts)[];
  readonly texts: CompanyTexts;
  /** Names of those that were not accepted. */
  readonly wrong: readonly string[];
  readonly onTexts: (texts: CompanyTexts) => void;
}

/** Lines of a form about a company, and which of them are to be checked. */
export function CompanyFields(props: CompanyFieldsProps): ReactElement {
  const { t } = useTranslation();
  const { fields, texts, wrong, onTexts } = props;
  const label = (name: string): string => {
    const field = COMPANY_FIELDS.find((each) => each === name);
    return field === undefined ? name : t(`apply.${field}`);
  };
  return (
    <>
      {fields.map((name) => (
        <TextField
          key={name}
          label={label(name)}
          value={texts[name]}
          required
          maxLength={70}
          aria-invalid={wrong.includes(name)}
          onText={(text) => onTexts({ ...texts, [name]: text })}
        />
      ))}
      {wrong.length > 0 ? (
        <Notice tone="bad" icon="cross">
          {t('apply.wrong', { fields: wrong.map(label).join(', ') })}
        </Notice>
      ) : null}
    </>
  );
}
