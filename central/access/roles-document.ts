import { ACCESS_TABLE, type Caller } from './access-table.ts';
import { ROLES } from './principal.ts';

const COLUMNS: readonly Caller[] = ['anyone', ...ROLES];

/** `docs/roles.md`: the table of who may call what, as it is enforced. */
export function rolesDocument(): string {
  const rows = ACCESS_TABLE.map(({ method, path, callers }) => {
    const cells = COLUMNS.map((caller) => (callers.includes(caller) ? '•' : ' '));
    return `| \`${method.toUpperCase()} ${path}\` | ${cells.join(' | ')} |`;
  });
  return [
    '# Who may call what at central',
    '',
    'Made from `central/access/access-table.ts` by `npm run docs`; the same table lets every request through or refuses it,',
    'and what is not in it does not exist. Nobody known: 401. The wrong role: 403. Another merchant’s: 404, as if it were not there.',
    '',
    '- **anyone**: without signing in. Nothing there names a person',
    '- **operator**: holds the operator’s token (`CENTRAL_ADMIN_TOKEN_FILE`)',
    '- **administrator**: of the streets; reviews merchants, settles, decides disputes',
    '- **analyst**: of the commerce bureau; sees aggregates',
    '- **owner**: of a merchant; sees and changes what is the merchant’s own',
    '- **cashier**: of a merchant; sees its shops and payments',
    '',
    `| route | ${COLUMNS.join(' | ')} |`,
    `|---|${COLUMNS.map(() => ':-:').join('|')}|`,
    ...rows,
    '',
  ].join('\n');
}
