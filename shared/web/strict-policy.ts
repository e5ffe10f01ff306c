import { z } from 'zod';

// The pages' content security policy allows no eval; zod would try it once and the browser would report
// that as a violation. To be imported before any schema is made.
z.config({ jitless: true });
