import { readFileSync } from 'node:fs';
import { z } from 'zod';
import {
  type EnrolmentAnswer,
  enrolmentSchema,
  problemSchema,
} from '../../shared/contracts/http-hub.ts';

const LIMIT_MS = 60_000;

/** The hub answered, and the answer is no. */
export class HubRefusal extends Error {
  override readonly name = 'HubRefusal';
  readonly status: number;
  /** One of the endpoint's closed set, or `unknown`. */
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** The hub cannot be reached. */
export class HubUnreachable extends Error {
  override readonly name = 'HubUnreachable';
}

export interface Photo {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The HTTP API of a hub (or of central) as an operator calls it. */
export class HubClient {
  private readonly url: string;
  private readonly token: string;

  constructor(url: string, token: string) {
    this.url = url.replace(/\/$/, '');
    this.token = token;
  }

  /** @throws Error when the file cannot be read */
  static withTokenFile(url: string, tokenFile: string): HubClient {
    return new HubClient(url, readFileSync(tokenFile, 'utf8').trim());
  }

  /**
   * Enrols a person from photos. The same `enrolmentId` again gives the same answer.
   *
   * @throws HubRefusal, HubUnreachable
   */
  async enrol(request: {
    readonly enrolmentId: string;
    readonly photos: readonly Photo[];
    readonly consent: {
      readonly textVersion: string;
      readonly language: string;
      readonly streets: readonly string[];
    };
    readonly phone?: string;
    readonly phoneLast4?: string;
    readonly pin?: string;
    readonly minor?: boolean;
    readonly twin?: boolean;
  }): Promise<EnrolmentAnswer> {
    const form = new FormData();
    form.set('enrolmentId', request.enrolmentId);
    form.set('consent', JSON.stringify(request.consent));
    if (request.phone !== undefined) form.set('phone', request.phone);
    if (request.phoneLast4 !== undefined) form.set('phoneLast4', request.phoneLast4);
    if (request.pin !== undefined) form.set('pin', request.pin);
    if (request.minor) form.set('minor', 'yes');
    if (request.twin) form.set('twin', 'yes');
    for (const { name, bytes } of request.photos) form.append('photos', new Blob([bytes]), name);
    return enrolmentSchema.parse(await this.call('POST', '/api/enrolments', form));
  }

  /**
   * Erases a person: key, template and index, everywhere.
   *
   * @returns the hub’s answer; its signed receipt goes to central
   * @throws HubRefusal, HubUnreachable
   */
  async erase(shopperId: string): Promise<unknown> {
    return this.call('DELETE', `/api/shoppers/${encodeURIComponent(shopperId)}`);
  }

  /**
   * Reads a resource.
   *
   * @throws HubRefusal, HubUnreachable, ZodError when the answer is none that we know
   */
  async get<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    return schema.parse(await this.call('GET', path));
  }

  /**
   * Posts JSON; the answer is not looked at.
   *
   * @throws HubRefusal, HubUnreachable
   */
  async post(path: string, body: object): Promise<void> {
    await this.call('POST', path, JSON.stringify(body));
  }

  /**
   * Posts JSON and reads the answer.
   *
   * @throws HubRefusal, HubUnreachable, ZodError when the answer is none that we know
   */
  async postFor<T>(path: string, body: object, schema: z.ZodType<T>): Promise<T> {
    return schema.parse(await this.call('POST', path, JSON.stringify(body)));
  }

  private async call(method: string, path: string, body?: FormData | string): Promise<unknown> {
    const response = await this.fetch(method, path, body);
    const text = await response.text();
    if (!response.ok) throw refusalOf(response.status, text);
    return text === '' ? null : JSON.parse(text);
  }

  private async fetch(method: string, path: string, body?: FormData | string): Promise<Response> {
    try {
      return await fetch(`${this.url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.token}`,
          ...(typeof body === 'string' ? { 'content-type': 'application/json' } : {}),
        },
        signal: AbortSignal.timeout(LIMIT_MS),
        ...(body === undefined ? {} : { body }),
      });
    } catch (error) {
      throw new HubUnreachable(`no answer from ${this.url}`, { cause: error });
    }
  }
}

function refusalOf(status: number, text: string): HubRefusal {
  const problem = z
    .string()
    .transform((body, context) => {
      try {
        return JSON.parse(body) as unknown;
      } catch {
        context.addIssue('not JSON');
        return z.NEVER;
      }
    })
    .pipe(problemSchema)
    .safeParse(text);
  if (!problem.success) return new HubRefusal(status, 'unknown', `the hub answers ${status}`);
  const { title, detail, code } = problem.data;
  return new HubRefusal(
    status,
    code ?? 'unknown',
    detail === undefined ? title : `${title}: ${detail}`,
  );
}
