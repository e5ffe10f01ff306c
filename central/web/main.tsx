import '../../shared/web/strict-policy.ts';
import '../../shared/web/tokens.css';
import '../../shared/web/components.css';
import { CityApp } from './city-app.tsx';
import { startPage } from './session/start-page.tsx';
import './city.css';
import en from './messages/en.json' with { type: 'json' };
import zhCN from './messages/zh-CN.json' with { type: 'json' };

await startPage(<CityApp />, { 'zh-CN': zhCN, en });
