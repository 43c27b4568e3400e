"""What policies note of a vehicle, as others may read it: names and meanings."""

from controller.interface import MEMORY_WIDTH


def note_names(policy: object) -> tuple[str, ...]:
    """Names of the first columns of a policy's memory, where its class has them as `NOTES`.

    Named notes are recorded and told when a vehicle is explained; others are the policy's own.

    Raises:
        ValueError: `NOTES` is not a tuple of different names, at most `MEMORY_WIDTH` of them.
    """
    names: object = getattr(policy, "NOTES", ())
    if not isinstance(names, tuple) or not all(
        isinstance(name, str) and name.isidentifier() for name in names
    ):
        raise ValueError(f"NOTES must be a tuple of names of columns of memory, got {names!r:.80}")
    if len(set(names)) < len(names) or len(names) > MEMORY_WIDTH:
        raise ValueError(
            f"NOTES must be at most {MEMORY_WIDTH} different names, got {len(names)}: "
            f"{', '.join(names)}"
        )
    return names
