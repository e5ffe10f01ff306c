import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { required, wholeNumber } from '../../../shared/kernel/command-line.ts';
import { DevelopmentProvider } from '../../sign-in/development-provider.ts';
import { type Command, listOf } from '../command.ts';

export const providerCommand: Command = {
  summary: 'an OpenID Connect provider for development: anybody signs in as anybody',
  help: `usage: wuma provider --client-secret-file FILE [--port N] [--central URL] [--administrators A,B] [--analysts C,D]

  --client-secret-file F  central's CENTRAL_OIDC_CLIENT_SECRET_FILE
  --port N                default 7480; the issuer is http://localhost:N
  --central URL           central's CENTRAL_PUBLIC_URL (default http://localhost:7400)
  --administrators LIST   who is an administrator of the streets (default admin)
  --analysts LIST         who is an analyst of the bureau (default analyst)

The client id is wuma-central. Never to be reached from another machine: it asks nobody for a password that matters.
`,
  async run(args, io) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        'client-secret-file': { type: 'string' },
        port: { type: 'string', default: '7480' },
        central: { type: 'string', default: 'http://localhost:7400' },
        administrators: { type: 'string', default: 'admin' },
        analysts: { type: 'string', default: 'analyst' },
      },
    });
    const secretFile = required(values['client-secret-file'], 'client-secret-file');
    const provider = await DevelopmentProvider.start({
      port: wholeNumber('port', values.port, { least: 0, most: 65_535 }),
      clientId: 'wuma-central',
      clientSecret: readFileSync(secretFile, 'utf8').trim(),
      redirectUri: `${values.central}/api/sign-in/callback`,
      roles: Object.fromEntries([
        ...listOf(values.administrators).map((name) => [name, 'administrator'] as const),
        ...listOf(values.analysts).map((name) => [name, 'analyst'] as const),
      ]),
    });
    io.out(`issuer ${provider.issuer}`);
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
    await provider.stop();
    return 0;
  },
};
