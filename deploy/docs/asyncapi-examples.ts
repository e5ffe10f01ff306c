import type { z } from 'zod';
import { REFUSAL_WORDS } from '../../shared/contracts/refusal.ts';
import type {
  terminalReplySchema,
  terminalRequestSchema,
} from '../../shared/contracts/terminal-messages.ts';

type Message = z.input<typeof terminalRequestSchema> | z.input<typeof terminalReplySchema>;

const paymentId = '019ab5f0-3a70-7c11-8f00-0123456789ab';
const challenge = 'kN1x9m0uQm2b7o5v3c8Yh4Jt6Rr1Zs0Lw2Ee9Pq7Ui4';
const terminal = { version: 1, occurredAt: '2026-11-24T09:00:00.000Z', source: 'wuma-t1' } as const;
const hub = { version: 1, occurredAt: '2026-11-24T09:00:00.120Z', source: 'hub-wuma' } as const;

const signature = {
  format: 'der',
  value:
    'MEUCIQDc0xX2o1u9m7Zl8Q4n5t3c6y1a2b3d4e5f6g7h8i9j0AIgRk5uYw0Vt8Zz1X2y3W4v5U6t7S8r9Q0p1O2n3M4l5K6=',
} as const;
const whole = { paymentId, amountMinor: '1250', currency: 'CNY', signature } as const;
const standing = {
  paymentId,
  state: 'partly_refunded',
  amountMinor: '1250',
  currency: 'CNY',
  refundedMinor: '250',
  refundableMinor: '1000',
  reversibleUntil: null,
  capturableUntil: null,
  capturedAt: '2026-11-24T09:00:00.300Z',
  reference: 'WUMA-000042-7K3Q',
} as const;

/** One message of each kind, all of one payment; a test parses each with its schema. */
export const EXAMPLES: Readonly<Record<string, Message>> = {
  TerminalHello: {
    ...terminal,
    id: '019ab5f0-3a00-7000-8000-000000000001',
    type: 'terminal.hello',
    data: {
      protocolVersions: [1, 2, 3],
      software: 'my-firmware 1.0',
      camera: { depth: true, width: 640, height: 480 },
    },
  },
  TerminalWelcome: {
    ...hub,
    id: '019ab5f0-3a10-7000-8000-000000000002',
    type: 'terminal.welcome',
    replyTo: '019ab5f0-3a00-7000-8000-000000000001',
    data: {
      hubId: 'hub-wuma',
      streetId: 'street-wuma',
      shop: { id: 'noodles', name: 'Noodle House' },
      currency: 'CNY',
      limitMinor: '50000',
      ways: [
        { way: 'face', limitMinor: '50000' },
        { way: 'code', limitMinor: '50000' },
        { way: 'phone', limitMinor: '50000' },
      ],
      protocolVersion: 3,
      serverTime: '2026-11-24T09:00:00.120Z',
    },
  },
  ChallengeRequest: {
    ...terminal,
    id: '019ab5f0-3a80-7000-8000-000000000003',
    type: 'challenge.request',
    data: { paymentId, amountMinor: '1250', currency: 'CNY' },
  },
  ChallengeIssued: {
    ...hub,
    id: '019ab5f0-3a90-7000-8000-000000000004',
    type: 'challenge.issued',
    replyTo: '019ab5f0-3a80-7000-8000-000000000003',
    data: { paymentId, challenge, expiresAt: '2026-11-24T09:00:30.120Z' },
  },
  PaymentProbe: {
    ...terminal,
    id: '019ab5f0-3b00-7000-8000-000000000005',
    type: 'payment.probe',
    version: 2,
    data: {
      paymentId,
      challenge,
      amountMinor: '1250',
      currency: 'CNY',
      frames: [
        {
          takenAt: '2026-11-24T09:00:00.200Z',
          colour: {
            mime: 'image/jpeg',
            bytes: 41_234,
            sha256: '0b1f4a3c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708',
          },
          depth: {
            mime: 'image/png',
            bytes: 48_700,
            sha256: '9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a39281706f5e4d3c2b1a0',
            focalPx: 277.1,
          },
        },
      ],
      signature: {
        format: 'der',
        value:
          'MEUCIQDc0xX2o1u9m7Zl8Q4n5t3c6y1a2b3d4e5f6g7h8i9j0AIgRk5uYw0Vt8Zz1X2y3W4v5U6t7S8r9Q0p1O2n3M4l5K6=',
      },
    },
  },
  PaymentQuestion: {
    ...hub,
    id: '019ab5f0-3b80-7000-8000-000000000009',
    type: 'payment.question',
    version: 2,
    replyTo: '019ab5f0-3b00-7000-8000-000000000005',
    data: {
      paymentId,
      questionId: '019ab5f0-3b7f-7000-8000-00000000000a',
      question: 'last4',
      digits: 4,
      again: false,
      words: { 'zh-CN': '请输入手机号后四位', en: 'Last 4 digits of your phone number' },
      expiresAt: '2026-11-24T09:01:00.260Z',
      stagesMs: {
        queue: 0.1,
        decode: 5,
        detect: 9,
        pad: 6,
        embed: 17,
        search: 0.3,
        commit: 0.1,
        total: 39,
      },
    },
  },
  PaymentAnswer: {
    ...terminal,
    id: '019ab5f0-4f00-7000-8000-00000000000b',
    type: 'payment.answer',
    version: 2,
    data: {
      paymentId,
      questionId: '019ab5f0-3b7f-7000-8000-00000000000a',
      digits: '4711',
      signature: {
        format: 'der',
        value:
          'MEUCIQDc0xX2o1u9m7Zl8Q4n5t3c6y1a2b3d4e5f6g7h8i9j0AIgRk5uYw0Vt8Zz1X2y3W4v5U6t7S8r9Q0p1O2n3M4l5K6=',
      },
    },
  },
  PaymentCode: {
    ...terminal,
    id: '019ab5f0-4f70-7000-8000-00000000000d',
    type: 'payment.code',
    version: 3,
    data: {
      ...whole,
      challenge,
      code: 'hQVDUFYwMWFkTwbwV1VNQQFjWsEQAAECAwQFBgcICQoLDA0OD8IEaRrzwMNAq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urqw==',
    },
  },
  PaymentPhone: {
    ...terminal,
    id: '019ab5f0-4f80-7000-8000-00000000000c',
    type: 'payment.phone',
    version: 3,
    data: { ...whole, challenge, phone: '13800001234', pin: '493817' },
  },
  PaymentQuery: {
    ...terminal,
    id: '019ab5f0-5000-7000-8000-000000000006',
    type: 'payment.query',
    data: { paymentId },
  },
  PaymentCapture: {
    ...terminal,
    id: '019ab5f0-6000-7000-8000-000000000010',
    type: 'payment.capture',
    version: 3,
    data: whole,
  },
  PaymentRefund: {
    ...terminal,
    id: '019ab5f0-6000-7000-8000-000000000011',
    type: 'payment.refund',
    version: 3,
    data: { ...whole, amountMinor: '250' },
  },
  PaymentReverse: {
    ...terminal,
    id: '019ab5f0-6000-7000-8000-000000000012',
    type: 'payment.reverse',
    version: 3,
    data: whole,
  },
  PaymentCancel: {
    ...terminal,
    id: '019ab5f0-6000-7000-8000-000000000013',
    type: 'payment.cancel',
    version: 3,
    data: whole,
  },
  PaymentStatus: {
    ...terminal,
    id: '019ab5f0-6000-7000-8000-000000000014',
    type: 'payment.status',
    version: 3,
    data: { paymentId },
  },
  PaymentRecent: {
    ...terminal,
    id: '019ab5f0-6000-7000-8000-000000000015',
    type: 'payment.recent',
    version: 3,
    data: { limit: 5 },
  },
  PaymentState: {
    ...hub,
    id: '019ab5f0-6000-7000-8000-000000000016',
    type: 'payment.state',
    version: 3,
    replyTo: '019ab5f0-6000-7000-8000-000000000011',
    data: {
      ...standing,
      words: { 'zh-CN': '已部分退款', en: 'Partly refunded' },
      receipt: {
        reference: 'WUMA-000043-9Q2M',
        amountMinor: '250',
        currency: 'CNY',
        at: '2026-11-24T09:10:00.300Z',
      },
    },
  },
  RecentPayments: {
    ...hub,
    id: '019ab5f0-6000-7000-8000-000000000017',
    type: 'payments.recent',
    version: 3,
    replyTo: '019ab5f0-6000-7000-8000-000000000015',
    data: { payments: [standing] },
  },
  PaymentResult: {
    ...hub,
    id: '019ab5f0-3c00-7000-8000-000000000007',
    type: 'payment.result',
    replyTo: '019ab5f0-3b00-7000-8000-000000000005',
    data: {
      paymentId,
      outcome: 'paid',
      code: null,
      words: { 'zh-CN': '支付成功', en: 'Paid' },
      receipt: {
        reference: 'W-3F7K-2Q',
        amountMinor: '1250',
        currency: 'CNY',
        capturedAt: '2026-11-24T09:00:00.300Z',
      },
      stagesMs: {
        queue: 0.1,
        decode: 5,
        detect: 9,
        pad: 6,
        embed: 17,
        search: 0.3,
        commit: 2,
        total: 41,
      },
    },
  },
  Error: {
    ...hub,
    id: '019ab5f0-3c00-7000-8000-000000000008',
    type: 'error',
    replyTo: '019ab5f0-3b00-7000-8000-000000000005',
    data: {
      code: 'challenge_expired',
      words: REFUSAL_WORDS.challenge_expired,
      detail: 'ask for a new challenge',
      supportedVersions: [1, 2, 3],
    },
  },
};
