import { describe, expect, it } from 'vitest';
import { BadEnvironmentError, readSettings } from './env.ts';

const complete = {
  HUB_ID: 'hub-a',
  HUB_STREET_ID: 'street-a',
  HUB_STREET_NAME: 'A Street',
  HUB_DATA_DIR: '/data',
  HUB_HTTP_PORT: '0',
  HUB_MQTT_PORT: '8883',
  HUB_TLS_CERT: 'cert.pem',
  HUB_TLS_KEY: 'key.pem',
  HUB_TLS_CA: 'ca.pem',
  HUB_NATS_URL: 'nats://127.0.0.1:4222',
  HUB_NATS_USER: 'hub-a',
  HUB_NATS_PASSWORD_FILE: 'nats.password',
  HUB_ADMIN_TOKEN_FILE: 'token',
};

const messageOf = (environment: NodeJS.ProcessEnv): string => {
  try {
    readSettings(environment);
  } catch (error) {
    if (error instanceof BadEnvironmentError) return error.message;
    throw error;
  }
  return '';
};

describe('the environment', () => {
  it('gives settings, amounts as minor units', () => {
    const settings = readSettings({ ...complete, HUB_LIMIT_MINOR: '12345', OTHER: 'x' });
    expect(settings.mqtt).toEqual({ port: 8_883, host: '127.0.0.1' });
    expect(settings.payment.amounts.withDepthMinor).toBe(12_345n);
    expect(settings.http.host).toBe('127.0.0.1');
    expect(settings.promisedFpir).toBe(1e-3);
  });

  it('names everything that is missing at once', () => {
    const message = messageOf({});
    for (const name of Object.keys(complete)) expect(message).toContain(`${name}:`);
  });

  it('names everything that is wrong at once, and repeats no value', () => {
    const wrong = {
      HUB_ID: 'Hub A!secret',
      HUB_MQTT_PORT: '70000secret',
      HUB_LIMIT_MINOR: '12.50secret',
      HUB_CURRENCY: 'secret',
      HUB_INDEX: 'secret',
      HUB_PROMISED_FPIR: 'secret',
      LOG_LEVEL: 'secret',
      HUB_QUEUE_CAPACITY: '0',
    };
    const message = messageOf({ ...complete, ...wrong });
    expect(message.split('\n').slice(1)).toHaveLength(Object.keys(wrong).length);
    for (const name of Object.keys(wrong)) expect(message).toContain(`${name}:`);
    expect(message).not.toContain('secret');
  });

  it.each([
    ['HUB_LIMIT_MINOR', '-1'],
    ['HUB_LIMIT_MINOR', '1e3'],
    ['HUB_LIMIT_MINOR', ''],
    ['HUB_HTTP_PORT', ''],
    ['HUB_HTTP_PORT', '80.5'],
    ['HUB_INFERENCE_WORKERS', '0'],
    ['HUB_DATA_DIR', ''],
    ['HUB_PROMISED_FPIR', ''],
    ['HUB_PROMISED_FPIR', '0.5'],
    ['HUB_PROMISED_FPIR', '0'],
    ['HUB_PROMISED_FPIR', '1e-9'],
  ])('takes no %s of "%s"', (name, value) => {
    expect(messageOf({ ...complete, [name]: value })).toContain(`${name}:`);
  });
});
