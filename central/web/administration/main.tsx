import '../../../shared/web/strict-policy.ts';
import '../../../shared/web/tokens.css';
import '../../../shared/web/components.css';
import { startPage } from '../session/start-page.tsx';
import { AdministrationApp } from './administration-app.tsx';
import en from './messages/en.json' with { type: 'json' };
import zhCN from './messages/zh-CN.json' with { type: 'json' };

await startPage(<AdministrationApp />, { 'zh-CN': zhCN, en });
