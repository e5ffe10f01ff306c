import '../../../shared/web/strict-policy.ts';
import '../../../shared/web/tokens.css';
import '../../../shared/web/components.css';
import { startPage } from '../session/start-page.tsx';
import { InsightApp } from './insight-app.tsx';
import '../desk/desk.css';
import '../charts/charts.css';
import './insight.css';
import en from './messages/en.json' with { type: 'json' };
import zhCN from './messages/zh-CN.json' with { type: 'json' };

await startPage(<InsightApp />, { 'zh-CN': zhCN, en });
