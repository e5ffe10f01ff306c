import '../../../shared/web/strict-policy.ts';
import '../../../shared/web/tokens.css';
import '../../../shared/web/components.css';
import { startPage } from '../session/start-page.tsx';
import en from './messages/en.json' with { type: 'json' };
import zhCN from './messages/zh-CN.json' with { type: 'json' };
import { StandingApp } from './standing-app.tsx';

await startPage(<StandingApp />, { 'zh-CN': zhCN, en });
