import '../../../shared/web/strict-policy.ts';
import '../../../shared/web/tokens.css';
import '../../../shared/web/components.css';
import { startPage } from '../session/start-page.tsx';
import { MerchantApp } from './merchant-app.tsx';
import en from './messages/en.json' with { type: 'json' };
import zhCN from './messages/zh-CN.json' with { type: 'json' };

await startPage(<MerchantApp />, { 'zh-CN': zhCN, en });
