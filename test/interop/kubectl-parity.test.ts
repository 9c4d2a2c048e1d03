import { parityAreas } from "./kubectl/areas.ts";
import { parity } from "./kubectl/parity.ts";

// The same commands through the stock kubectl and through ours.

for (const [area, scripts] of Object.entries(parityAreas)) parity(area, scripts);
