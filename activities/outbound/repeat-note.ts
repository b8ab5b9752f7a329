/** On a later try, since the first may have arrived although nobody heard that it did. */
export const REPEAT_NOTE = 'Sent again after a try that was cut off: you may have this already.';
