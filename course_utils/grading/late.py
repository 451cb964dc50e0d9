"""What lateness costs: a share of the points for each day begun, up to a limit."""

import dataclasses
import datetime
import json
from dataclasses import dataclass


@dataclass(frozen=True)
class LateRule:
    """What lateness costs.

    due: when the work was due; None means never late. per_day: share taken off for each day begun.
    most: the largest share that can be taken off. grace: minutes that cost nothing.
    """

    due: datetime.datetime | None = None
    per_day: float = 0.1
    most: float = 0.5
    grace: float = 10.0

    def share(self, modified: float) -> float:
        """Return the share of the points that is taken off work handed in at `modified`."""
        if self.due is None or modified <= 0:
            return 0.0
        over = modified - self.due.timestamp() - 60 * self.grace
        if over <= 0:
            return 0.0
        days = int(over // 86_400) + 1
        return min(self.most, self.per_day * days)

    def to_text(self) -> str:
        """Write the rule as it is kept in a gradebook."""
        return json.dumps(dataclasses.asdict(self), default=datetime.datetime.isoformat)

    @classmethod
    def from_text(cls, text: str) -> "LateRule":
        """Read a rule that `to_text` wrote."""
        kept = json.loads(text)
        due = kept["due"] and datetime.datetime.fromisoformat(kept["due"])
        return cls(**(kept | {"due": due}))
