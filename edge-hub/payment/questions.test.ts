import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type PaymentQuestionData,
  type TerminalReply,
  terminalReplySchema,
} from '../../shared/contracts/terminal-messages.ts';
import {
  createTestHub,
  NOTHING_SAID,
  newId,
  type ProbeOverrides,
  paleOf,
  pictureOf,
  type TestHub,
} from '../../test/support/test-hub.ts';
import { openDatabase } from '../db/database.ts';
import { LOCK_RULES } from '../decision/lockout.ts';
import { WrongAnswerStore } from './wrong-answer-store.ts';

/** Between the test's floor (0.5) and sure (0.9). */
const GREY = pictureOf('li~0.7');
const LAST4 = '4711';
const PIN = '493817';
const MINUTE = 60_000;

let hub: TestHub;
let li: string;

beforeEach(async () => {
  hub = await createTestHub();
  hub.register('test-t1', false);
  hub.register('test-t2', false);
  li = await enrol('li', { phoneLast4: LAST4, pin: PIN });
});
afterEach(() => hub.close());

async function enrol(
  person: string,
  about: { phoneLast4?: string; pin?: string; minor?: boolean; twin?: boolean },
): Promise<string> {
  const enrolled = await hub.context.enrolment.enrol({
    ...NOTHING_SAID,
    ...about,
    enrolmentId: newId(),
    photos: [pictureOf(person)],
    consent: { textVersion: '1', language: 'en', streets: ['street-test'] },
  });
  if (!enrolled.ok) throw new Error(enrolled.error);
  return enrolled.value.shopperId;
}

const send = async (payload: Uint8Array, terminalId = 'test-t1'): Promise<TerminalReply> =>
  terminalReplySchema.parse(JSON.parse(await hub.context.handler.handle(terminalId, payload)));
const look = (overrides: ProbeOverrides = {}, terminalId = 'test-t1') =>
  send(hub.probe(terminalId, { version: 2, picture: GREY, ...overrides }), terminalId);

async function asked(overrides: ProbeOverrides = {}, terminalId = 'test-t1') {
  const reply = await look(overrides, terminalId);
  return questionIn(reply);
}
function questionIn(reply: TerminalReply): PaymentQuestionData {
  if (reply.type !== 'payment.question') throw new Error(`no question: ${JSON.stringify(reply)}`);
  return reply.data;
}
const answer = (question: PaymentQuestionData, digits: string, terminalId = 'test-t1') =>
  send(hub.answer(terminalId, { question, digits }), terminalId);
const booked = (): number => hub.context.ledger.summary().payments;
const paid = { type: 'payment.result', data: { outcome: 'paid', code: null } };
const other = (code: string) => ({ type: 'payment.result', data: { outcome: 'fallback', code } });
const refused = (code: string) => ({ type: 'error', data: { code } });

/** Makes li a regular of test-t1's shop. */
async function paidBefore(): Promise<void> {
  for (let i = 0; i < 3; i += 1) {
    expect(await look({ picture: pictureOf('li') })).toMatchObject(paid);
  }
}

describe('in the grey zone', () => {
  it('digits and PIN pay, once, and the page hears by what', async () => {
    const digits = await asked();
    expect(digits).toMatchObject({ question: 'last4', digits: 4, again: false });
    const pin = questionIn(await answer(digits, LAST4));
    expect(pin).toMatchObject({ question: 'pin', digits: 6, again: false });
    expect(pin.paymentId).toBe(digits.paymentId);
    expect(booked()).toBe(0);
    expect(await answer(pin, PIN)).toMatchObject(paid);
    expect(booked()).toBe(1);
    expect(hub.context.ledger.captured(1)[0]?.shopperId).toBe(li);
    const [last, ...before] = hub.context.feed.latest(3);
    expect(last).toMatchObject({ outcome: 'paid', method: 'face+last4+pin', question: null });
    expect(before.map(({ outcome, question }) => [outcome, question])).toEqual([
      ['asked', 'pin'],
      ['asked', 'last4'],
    ]);
  });

  it('digits do for a regular of the shop, and not at the next one', async () => {
    await paidBefore();
    expect(await answer(await asked(), LAST4)).toMatchObject(paid);
    const elsewhere = await asked({}, 'test-t2');
    const next = questionIn(await answer(elsewhere, LAST4, 'test-t2'));
    expect(next.question).toBe('pin');
  });

  it('digits find the right one of two', async () => {
    await enrol('li~0.8', { phoneLast4: '0815', pin: '284660' });
    await paidBefore();
    const between = { picture: pictureOf('li+li~0.8') };
    expect(questionIn(await answer(await asked(between), '0815')).question).toBe('pin');
    expect(await answer(await asked(between), LAST4)).toMatchObject(paid);
    expect(hub.context.ledger.captured(1)[0]?.shopperId).toBe(li);
  });

  it('a slip is forgiven once', async () => {
    const again = questionIn(await answer(await asked(), '0000'));
    expect(again).toMatchObject({ question: 'last4', again: true });
    const pin = questionIn(await answer(again, LAST4));
    expect(pin).toMatchObject({ question: 'pin', again: false });
    expect(await answer(pin, '000001')).toMatchObject(other('answer_wrong'));
    expect(booked()).toBe(0);
  });

  it('a terminal that cannot ask hears another way, as before', async () => {
    expect(await look({ version: 1 })).toMatchObject(other('ambiguous'));
  });

  it('a stranger is asked nothing', async () => {
    expect(await look({ picture: pictureOf('li~0.3') })).toMatchObject(other('not_recognised'));
  });

  it('who has told no digits pays another way', async () => {
    await enrol('wang', {});
    expect(await look({ picture: pictureOf('wang~0.7') })).toMatchObject(other('ambiguous'));
  });
});

describe('the PIN', () => {
  it('is asked where colour is in doubt', async () => {
    const pin = await asked({ picture: paleOf('li') });
    expect(pin.question).toBe('pin');
    expect(await answer(pin, PIN)).toMatchObject(paid);
  });

  it('is asked of both of two look-alikes', async () => {
    const sister = await enrol('li~0.87', { pin: '284660' });
    for (const [picture, pin, who] of [
      ['li', PIN, li],
      ['li~0.87', '284660', sister],
    ] as const) {
      const question = await asked({ picture: pictureOf(picture) });
      expect(question.question).toBe('pin');
      expect(await answer(question, pin)).toMatchObject(paid);
      expect(hub.context.ledger.captured(1)[0]?.shopperId).toBe(who);
    }
  });

  it('of the other look-alike is wrong', async () => {
    await enrol('li~0.87', { pin: '284660' });
    const question = await asked({ picture: pictureOf('li') });
    expect(questionIn(await answer(question, '284660')).again).toBe(true);
  });

  it('is no use to a minor above their limit', async () => {
    await enrol('child', { pin: '284660', minor: true });
    const picture = pictureOf('child');
    expect(await look({ picture, amountMinor: 5_000n })).toMatchObject(paid);
    expect(await look({ picture, amountMinor: 5_001n })).toMatchObject(other('amount_above_limit'));
  });
});

describe('a question', () => {
  it('is good once', async () => {
    const question = await asked();
    const [first, second] = await Promise.all([answer(question, '0000'), answer(question, LAST4)]);
    expect(first.type).toBe('payment.question');
    expect(second).toMatchObject(refused('question_unknown'));
    expect(await answer(question, LAST4)).toMatchObject(refused('question_unknown'));
  });

  it('is the terminal’s own, for its own payment', async () => {
    const question = await asked();
    expect(await answer(question, LAST4, 'test-t2')).toMatchObject(refused('question_unknown'));
    const moved = { ...question, paymentId: newId() };
    expect(await answer(moved, LAST4)).toMatchObject(refused('question_unknown'));
    const forged = hub.answer('test-t1', { question, digits: LAST4, signAs: 'test-t2' });
    expect(await send(forged)).toMatchObject(refused('bad_signature'));
    expect(questionIn(await answer(question, LAST4)).question).toBe('pin');
  });

  it('ends after a minute, by a new look, and with the terminal', async () => {
    const late = await asked();
    hub.clock.aheadMs += MINUTE;
    expect(await answer(late, LAST4)).toMatchObject(refused('question_unknown'));
    const left = await asked();
    const newer = await asked();
    expect(await answer(left, LAST4)).toMatchObject(refused('question_unknown'));
    hub.context.registry.revoke('test-t1');
    expect(await answer(newer, LAST4)).toMatchObject(refused('hub_unavailable'));
  });

  it('that comes twice in one message is answered with the same bytes', async () => {
    const pin = questionIn(await answer(await asked(), LAST4));
    const payload = hub.answer('test-t1', { question: pin, digits: PIN });
    const { handler } = hub.context;
    const replies = await Promise.all([1, 2].map(() => handler.handle('test-t1', payload)));
    expect(replies[1]).toBe(replies[0]);
    expect(await handler.handle('test-t1', payload)).toBe(replies[0]);
    expect(booked()).toBe(1);
    const requestId = idOf(payload);
    const conflict = hub.answer('test-t1', { question: pin, digits: '000000', requestId });
    expect(await send(conflict)).toMatchObject(refused('idempotency_conflict'));
  });

  it('charges nobody who was erased before it was answered', async () => {
    const pin = questionIn(await answer(await asked(), LAST4));
    await hub.context.enrolment.erase(li);
    expect(await answer(pin, PIN)).toMatchObject(other('not_recognised'));
    expect(booked()).toBe(0);
  });

  it.each([
    ['digits', '12a4'],
    ['too few', '123'],
    ['too many', '1234567'],
  ])('is not answered by %s that are none (%s)', async (_, digits) => {
    expect(await answer(await asked(), digits)).toMatchObject(refused('malformed_message'));
  });
});

describe('wrong answers', () => {
  const wrongPin = async (): Promise<TerminalReply> => {
    const question = await asked({ picture: paleOf('li') });
    return answer(question, '000001');
  };

  it('lock the person at the third wrong PIN, by whatever terminal, and across a restart', async () => {
    await wrongPin();
    await wrongPin();
    expect(await wrongPin()).toMatchObject(other('too_many_tries'));
    const byFace = { picture: pictureOf('li') };
    expect(await look(byFace, 'test-t2')).toMatchObject(other('too_many_tries'));
    const reopened = openDatabase(join(hub.context.settings.dataDir, 'hub.db'));
    const counted = new WrongAnswerStore(reopened.db).find('pin', li);
    reopened.close();
    expect(counted?.lockedUntilMs).toBeGreaterThan(hub.clock.now() + 14 * MINUTE);
    hub.clock.aheadMs += 15 * MINUTE;
    expect(await look(byFace)).toMatchObject(paid);
  });

  it('are made up for by a right one', async () => {
    await wrongPin();
    await wrongPin();
    const right = await asked({ picture: paleOf('li') });
    expect(await answer(right, PIN)).toMatchObject(paid);
    expect((await wrongPin()).type).toBe('payment.question');
  });

  it('given at once from many terminals are all counted, and a right one among them comes too late', async () => {
    const wrongAnswers = new WrongAnswerStore(hub.context.database.db);
    const one = await asked({ picture: paleOf('li') }, 'test-t1');
    const two = await asked({ picture: paleOf('li') }, 'test-t2');
    await Promise.all([answer(one, '000001', 'test-t1'), answer(two, '000002', 'test-t2')]);
    expect(wrongAnswers.find('pin', li)?.failures).toBe(2);
    const three = await asked({ picture: paleOf('li') }, 'test-t1');
    const four = await asked({ picture: paleOf('li') }, 'test-t2');
    const [, late] = await Promise.all([
      answer(three, '000003', 'test-t1'),
      answer(four, PIN, 'test-t2'),
    ]);
    expect(late).toMatchObject(other('too_many_tries'));
    expect(booked()).toBe(0);
  });

  it('of digits close the questions and leave the face', async () => {
    for (let i = 0; i < LOCK_RULES.digits.failures; i += 1) await answer(await asked(), '0000');
    expect(await look()).toMatchObject(other('too_many_tries'));
    expect(await look({ picture: pictureOf('li') })).toMatchObject(paid);
  });

  it('about somebody who is not even likely lock nobody: digits are not enough there', async () => {
    const unlikely = { picture: pictureOf('li~0.55') };
    for (let i = 0; i < LOCK_RULES.digits.failures; i += 1) {
      await answer(await asked(unlikely), '0000');
    }
    expect(questionIn(await answer(await asked(), LAST4)).question).toBe('pin');
  });

  it('close a terminal’s questions, whoever they were about', async () => {
    const people = await Promise.all(
      ['a', 'b', 'c', 'd'].map((person) => enrol(person, { phoneLast4: '0001' })),
    );
    expect(people).toHaveLength(4);
    for (let i = 0; i < LOCK_RULES.terminal.failures; i += 1) {
      const person = ['a', 'b', 'c', 'd'][i % 4] ?? '';
      await answer(await asked({ picture: pictureOf(`${person}~0.7`) }), '9999');
    }
    expect(await look()).toMatchObject(other('too_many_tries'));
    expect((await look({}, 'test-t2')).type).toBe('payment.question');
  });
});

it('what was typed stands in no file and on no page', async () => {
  const pin = questionIn(await answer(await asked(), LAST4));
  await answer(pin, '918273');
  const { dataDir } = hub.context.settings;
  const files = readdirSync(dataDir).filter((name) => name.startsWith('hub.db'));
  const bytes = Buffer.concat(files.map((name) => readFileSync(join(dataDir, name))));
  for (const typed of [`"${LAST4}"`, '918273', PIN]) expect(bytes.includes(typed)).toBe(false);
  const pages = JSON.stringify(hub.context.feed.latest(10));
  expect(pages).not.toMatch(/918273/);
  expect(await hub.context.metrics.registry.metrics()).not.toMatch(/918273/);
});

function idOf(payload: Uint8Array): string {
  const head: unknown = JSON.parse(new TextDecoder().decode(payload).trim());
  return typeof head === 'object' && head && 'id' in head ? String(head.id) : '';
}
