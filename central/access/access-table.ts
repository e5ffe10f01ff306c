import { ROLES, type Role } from './principal.ts';

/** A role, or nobody in particular. */
export type Caller = 'anyone' | Role;

export interface AccessRule {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** As in the route's description: `/api/merchants/{merchantId}`. */
  readonly path: string;
  readonly callers: readonly Caller[];
}

const EVERYONE: readonly Caller[] = ['anyone', ...ROLES];
const OPERATOR: readonly Caller[] = ['operator'];
const ADMINISTRATION: readonly Caller[] = ['operator', 'administrator'];
const BUREAU: readonly Caller[] = [...ADMINISTRATION, 'analyst'];
const ANALYSTS: readonly Caller[] = ['operator', 'analyst'];
const OWNERS: readonly Caller[] = [...ADMINISTRATION, 'owner'];
const MERCHANTS: readonly Caller[] = [...OWNERS, 'cashier'];

/**
 * The one table of who may call what: every request goes through it (`access-control.ts`), and `docs/roles.md` is made of
 * it. What is not in it is refused. Owners and cashiers are let through to paths with a `{merchantId}` of their own only;
 * where a path has none, its handler asks `merchantScope`.
 */
export const ACCESS_TABLE: readonly AccessRule[] = [
  { method: 'get', path: '/api/status', callers: EVERYONE },
  { method: 'get', path: '/api/hubs', callers: ADMINISTRATION },
  { method: 'get', path: '/api/payments', callers: ADMINISTRATION },
  { method: 'get', path: '/api/payments/stream', callers: ADMINISTRATION },
  { method: 'get', path: '/api/receipts/{reference}', callers: EVERYONE },
  { method: 'get', path: '/api/ledger/trial-balance', callers: ADMINISTRATION },
  { method: 'get', path: '/api/ledger/verify', callers: OPERATOR },
  { method: 'get', path: '/api/ledger/entries', callers: OPERATOR },
  { method: 'get', path: '/api/reconciliation', callers: ADMINISTRATION },
  { method: 'get', path: '/api/reconciliation/exceptions', callers: ADMINISTRATION },
  {
    method: 'get',
    path: '/api/reconciliation/exceptions/{exceptionId}',
    callers: ADMINISTRATION,
  },
  { method: 'post', path: '/api/reconciliation/exceptions', callers: OPERATOR },
  {
    method: 'post',
    path: '/api/reconciliation/exceptions/{exceptionId}/resolve',
    callers: ADMINISTRATION,
  },
  { method: 'post', path: '/api/reconciliation/runs', callers: ADMINISTRATION },
  { method: 'get', path: '/api/hubs/{hubId}/resync', callers: OPERATOR },
  { method: 'post', path: '/api/hubs/{hubId}/resync', callers: OPERATOR },
  { method: 'get', path: '/api/shoppers/{shopperId}/enrolments', callers: OPERATOR },
  { method: 'post', path: '/api/shoppers/{shopperId}/phone-links', callers: OPERATOR },
  { method: 'delete', path: '/api/shoppers/{shopperId}/phone', callers: OPERATOR },
  { method: 'post', path: '/api/phones', callers: EVERYONE },
  { method: 'get', path: '/api/me', callers: ROLES },
  { method: 'get', path: '/api/sign-in', callers: EVERYONE },
  { method: 'get', path: '/api/sign-in/callback', callers: EVERYONE },
  { method: 'get', path: '/api/sign-in/operator', callers: EVERYONE },
  { method: 'post', path: '/api/sign-in/operator', callers: EVERYONE },
  { method: 'post', path: '/api/sign-out', callers: EVERYONE },
  { method: 'get', path: '/api/merchants', callers: MERCHANTS },
  { method: 'post', path: '/api/merchants', callers: OWNERS },
  { method: 'get', path: '/api/merchants/{merchantId}', callers: MERCHANTS },
  { method: 'post', path: '/api/merchants/{merchantId}/review', callers: ADMINISTRATION },
  { method: 'post', path: '/api/merchants/{merchantId}/accounts', callers: OWNERS },
  {
    method: 'post',
    path: '/api/merchants/{merchantId}/accounts/{accountId}/review',
    callers: ADMINISTRATION,
  },
  { method: 'post', path: '/api/merchants/{merchantId}/fees', callers: ADMINISTRATION },
  { method: 'get', path: '/api/merchants/{merchantId}/shops', callers: MERCHANTS },
  { method: 'get', path: '/api/merchants/{merchantId}/staff', callers: OWNERS },
  { method: 'post', path: '/api/merchants/{merchantId}/staff', callers: OWNERS },
  { method: 'post', path: '/api/merchants/{merchantId}/staff/remove', callers: OWNERS },
  { method: 'get', path: '/api/merchants/{merchantId}/payouts', callers: OWNERS },
  { method: 'get', path: '/api/merchants/{merchantId}/due', callers: OWNERS },
  { method: 'get', path: '/api/merchants/{merchantId}/statement', callers: OWNERS },
  { method: 'get', path: '/api/merchants/{merchantId}/statement.csv', callers: OWNERS },
  { method: 'get', path: '/api/merchants/{merchantId}/statement.xlsx', callers: OWNERS },
  { method: 'get', path: '/api/merchants/{merchantId}/statement.pdf', callers: OWNERS },
  { method: 'get', path: '/api/settlements', callers: ADMINISTRATION },
  { method: 'post', path: '/api/settlements', callers: ADMINISTRATION },
  { method: 'get', path: '/api/settlements/{runId}', callers: ADMINISTRATION },
  { method: 'get', path: '/api/settlement-files/{messageId}', callers: ADMINISTRATION },
  { method: 'get', path: '/api/settlement-exceptions', callers: ADMINISTRATION },
  {
    method: 'post',
    path: '/api/settlement-exceptions/{exceptionId}/resolve',
    callers: ADMINISTRATION,
  },
  { method: 'get', path: '/api/disputes', callers: MERCHANTS },
  { method: 'post', path: '/api/disputes', callers: ADMINISTRATION },
  { method: 'post', path: '/api/disputes/{disputeId}/reply', callers: OWNERS },
  { method: 'post', path: '/api/disputes/{disputeId}/decide', callers: ADMINISTRATION },
  { method: 'get', path: '/api/risk-fund', callers: ADMINISTRATION },
  { method: 'post', path: '/api/risk-fund', callers: ADMINISTRATION },
  { method: 'post', path: '/api/bank/exchange', callers: ADMINISTRATION },
  {
    method: 'get',
    path: '/api/merchants/{merchantId}/insight/{panel}',
    callers: ['operator', 'owner'],
  },
  { method: 'get', path: '/api/insight/{panel}', callers: BUREAU },
  { method: 'get', path: '/api/bureau/series', callers: BUREAU },
  { method: 'get', path: '/api/bureau/weeks/{week}', callers: BUREAU },
  { method: 'get', path: '/api/bureau/weeks/{week}/export.csv', callers: BUREAU },
  { method: 'get', path: '/api/bureau/weeks/{week}/export.xlsx', callers: BUREAU },
  { method: 'get', path: '/api/bureau/map', callers: BUREAU },
  { method: 'get', path: '/api/bureau/reports', callers: BUREAU },
  { method: 'get', path: '/api/bureau/reports/{kind}/{period}', callers: BUREAU },
  { method: 'put', path: '/api/merchants/{merchantId}/trade', callers: ADMINISTRATION },
  {
    method: 'get',
    path: '/api/merchants/{merchantId}/standing',
    callers: [...ANALYSTS, 'owner'],
  },
  { method: 'post', path: '/api/merchants/{merchantId}/standing/consent', callers: ['owner'] },
  { method: 'post', path: '/api/merchants/{merchantId}/standing/scores', callers: ANALYSTS },
  { method: 'post', path: '/api/merchants/{merchantId}/standing/appeals', callers: ['owner'] },
  { method: 'get', path: '/api/standing/companies', callers: ANALYSTS },
  { method: 'post', path: '/api/standing/models', callers: ANALYSTS },
  { method: 'get', path: '/api/standing/challengers', callers: ANALYSTS },
  { method: 'post', path: '/api/standing/challengers', callers: ANALYSTS },
  {
    method: 'post',
    path: '/api/standing/challengers/{challengerId}/comparisons',
    callers: ANALYSTS,
  },
  { method: 'post', path: '/api/standing/challengers/{challengerId}/promote', callers: ANALYSTS },
  { method: 'post', path: '/api/standing/inputs', callers: ANALYSTS },
  { method: 'get', path: '/api/standing/appeals', callers: ANALYSTS },
  { method: 'post', path: '/api/standing/appeals/{appealId}/decide', callers: ANALYSTS },
  { method: 'get', path: '/api/programmes', callers: ANALYSTS },
  { method: 'post', path: '/api/programmes', callers: ANALYSTS },
  { method: 'post', path: '/api/programmes/preview', callers: ANALYSTS },
  { method: 'post', path: '/api/programmes/{programmeId}/runs', callers: ANALYSTS },
  { method: 'get', path: '/api/programme-runs/{runId}', callers: ANALYSTS },
  { method: 'get', path: '/api/programme-runs/{runId}/log', callers: ANALYSTS },
  { method: 'get', path: '/api/programme-runs/{runId}/effect', callers: ANALYSTS },
  { method: 'post', path: '/api/programme-runs/{runId}/approve', callers: ANALYSTS },
  { method: 'post', path: '/api/programme-runs/{runId}/outcomes', callers: ANALYSTS },
  { method: 'get', path: '/api/merchants/{merchantId}/campaigns', callers: ['operator', 'owner'] },
  { method: 'post', path: '/api/merchants/{merchantId}/campaigns', callers: ['operator', 'owner'] },
  {
    method: 'post',
    path: '/api/merchants/{merchantId}/campaigns/{campaignId}/stop',
    callers: ['operator', 'owner'],
  },
  {
    method: 'get',
    path: '/api/merchants/{merchantId}/campaigns/{campaignId}/lift',
    callers: ['operator', 'owner'],
  },
  { method: 'get', path: '/api/campaigns', callers: ANALYSTS },
  { method: 'post', path: '/api/campaigns', callers: ANALYSTS },
  { method: 'post', path: '/api/campaigns/{campaignId}/stop', callers: ANALYSTS },
  { method: 'get', path: '/api/campaigns/{campaignId}/lift', callers: ANALYSTS },
  { method: 'get', path: '/api/wallets/{shopperId}', callers: OPERATOR },
  { method: 'post', path: '/api/wallets/{shopperId}/lines', callers: OPERATOR },
  { method: 'put', path: '/api/exception-list/{shopperId}', callers: OPERATOR },
  { method: 'delete', path: '/api/exception-list/{shopperId}', callers: OPERATOR },
  { method: 'get', path: '/api/payments-in', callers: ADMINISTRATION },
  { method: 'post', path: '/api/payments-in', callers: ADMINISTRATION },
  { method: 'get', path: '/api/payments-in/{paymentInId}', callers: ADMINISTRATION },
  { method: 'post', path: '/api/payments-in/{paymentInId}/returns', callers: ADMINISTRATION },
  { method: 'post', path: '/api/payments-in/{paymentInId}/ask-again', callers: ADMINISTRATION },
  { method: 'get', path: '/api/public/visitors', callers: EVERYONE },
  { method: 'get', path: '/metrics', callers: EVERYONE },
  { method: 'get', path: '/healthz', callers: EVERYONE },
  { method: 'get', path: '/openapi.json', callers: EVERYONE },
];

/** Whether a caller needs to be known for this. */
export function isOpen(rule: AccessRule): boolean {
  return rule.callers.includes('anyone');
}
