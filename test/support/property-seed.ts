import fc from 'fast-check';

/**
 * Properties draw the same examples in every run of the tests, so that a change is judged by what it changes. New
 * examples come from `npm run test:soak`, or from WUMA_PROPERTY_SEED=random; a seed that fails is given as a number.
 */
const wanted = process.env['WUMA_PROPERTY_SEED'];
if (wanted !== 'random') fc.configureGlobal({ seed: Number(wanted ?? 1) });
