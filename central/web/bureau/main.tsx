import '../../../shared/web/strict-policy.ts';
import '../../../shared/web/tokens.css';
import '../../../shared/web/components.css';
import { startPage } from '../session/start-page.tsx';
import '../charts/charts.css';
import { BureauApp } from './bureau-app.tsx';
import './bureau.css';
import en from './messages/en.json' with { type: 'json' };
import zhCN from './messages/zh-CN.json' with { type: 'json' };

await startPage(<BureauApp />, { 'zh-CN': zhCN, en });
