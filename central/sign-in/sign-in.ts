import { randomBytes } from 'node:crypto';
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import { z } from 'zod';
import type { Clock } from '../../shared/kernel/clock.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import type { OpenDatabase } from '../db/database.ts';
import type { SignInSettings } from '../env.ts';
import { hashOf } from './session-principal.ts';
import { insertSignIn, takeSignIn } from './session-store.ts';
import { beginSession } from './staff-session.ts';

const SIGN_IN_MS = 10 * 60_000;
/** Where the provider sends people back to. */
export const CALLBACK_PATH = '/api/sign-in/callback';

const claimsSchema = z.object({ sub: z.string().regex(/^[\x21-\x7e]{1,255}$/) });
const roleSchema = z.enum(['administrator', 'analyst']);

/**
 * - `unavailable`: the provider cannot be reached
 * - `refused`: not begun here, begun too long ago, by another browser, or the provider says no
 */
export type SignInFailure = 'unavailable' | 'refused';

export interface SignInParts {
  readonly database: OpenDatabase;
  readonly clock: Clock;
  readonly settings: SignInSettings;
}

/** Signs staff in at an OpenID Connect provider: code flow with PKCE, state and nonce, each sign-in used once. */
export class SignIn {
  private readonly parts: SignInParts;
  private configuration: Promise<Configuration> | undefined;

  constructor(parts: SignInParts) {
    this.parts = parts;
  }

  /**
   * Begins a sign-in.
   *
   * @param returnTo a path of ours
   * @returns where the browser goes, and the cookie that binds the sign-in to it
   */
  async begin(
    returnTo: string,
  ): Promise<Result<{ readonly url: string; readonly binding: string }, SignInFailure>> {
    const configuration = await this.discovered();
    if (!configuration) return err('unavailable');
    const { database, clock, settings } = this.parts;
    const now = clock.now();
    const [state, nonce, codeVerifier] = [randomState(), randomNonce(), randomPKCECodeVerifier()];
    const binding = randomBytes(32).toString('base64url');
    const row = { state, nonce, codeVerifier, returnTo, bindingHash: hashOf(binding) };
    const oldest = new Date(now - SIGN_IN_MS);
    await database.transact((tx) => insertSignIn(tx, { ...row, beganAt: new Date(now) }, oldest));
    const url = buildAuthorizationUrl(configuration, {
      redirect_uri: `${settings.publicUrl}${CALLBACK_PATH}`,
      scope: settings.scope,
      code_challenge: await calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    });
    return ok({ url: url.href, binding });
  }

  /**
   * Ends a sign-in with what the provider has sent the browser back with.
   *
   * @param back.search query of the callback, with its question mark
   * @param back.binding the cookie of `begin`
   * @returns the session's cookie and where the browser goes
   */
  async end(back: {
    readonly search: string;
    readonly binding: string;
  }): Promise<Result<{ readonly token: string; readonly returnTo: string }, SignInFailure>> {
    const { database, clock, settings } = this.parts;
    const now = clock.now();
    const state = new URLSearchParams(back.search).get('state') ?? '';
    const oldest = new Date(now - SIGN_IN_MS);
    const begun = await database.transact((tx) => takeSignIn(tx, state, oldest));
    if (begun?.bindingHash !== hashOf(back.binding)) return err('refused');
    const configuration = await this.discovered();
    if (!configuration) return err('unavailable');
    const claims = await this.claimsOf(configuration, `${CALLBACK_PATH}${back.search}`, begun);
    const known = claimsSchema.safeParse(claims);
    if (!claims || !known.success) return err('refused');
    const role = roleSchema.safeParse(claims[settings.roleClaim]).data ?? null;
    const person = { subject: known.data.sub, role };
    const token = await beginSession({ database, clock }, person);
    return ok({ token, returnTo: begun.returnTo });
  }

  /** What the provider says of the person; undefined where it does not stand by the code. */
  private async claimsOf(
    configuration: Configuration,
    path: string,
    begun: { readonly state: string; readonly nonce: string; readonly codeVerifier: string },
  ): Promise<Record<string, unknown> | undefined> {
    try {
      const url = new URL(`${this.parts.settings.publicUrl}${path}`);
      const tokens = await authorizationCodeGrant(configuration, url, {
        pkceCodeVerifier: begun.codeVerifier,
        expectedState: begun.state,
        expectedNonce: begun.nonce,
        idTokenExpected: true,
      });
      return tokens.claims();
    } catch {
      return undefined;
    }
  }

  /** The provider's description, read when it is first needed; undefined while it cannot be reached. */
  private async discovered(): Promise<Configuration | undefined> {
    const { issuer, clientId, clientSecret } = this.parts.settings;
    this.configuration ??= discovery(new URL(issuer), clientId, clientSecret, undefined, {
      // only for a provider on this machine: env.ts lets no other through
      execute: issuer.startsWith('http:') ? [allowInsecureRequests] : [],
    });
    try {
      return await this.configuration;
    } catch {
      this.configuration = undefined;
      return undefined;
    }
  }
}
