import { workerData } from 'node:worker_threads';
import { openKernel } from '../kernel/open-kernel.ts';
import { type ScanHelperData, SegmentShare } from './scan-team.ts';

const { memory, layout, kernel } = workerData as ScanHelperData;
new SegmentShare(memory, layout, openKernel(memory, kernel)).help();
