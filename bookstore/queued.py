"""What the queue knows of a task, for whoever asks whether it was lost."""

from procrastinate.contrib.django.models import ProcrastinateJob


def states_of(path: str, key: int) -> set[str]:
    """How the tasks at this path stand that were given this key; none that have worked are left."""
    jobs = ProcrastinateJob.objects.filter(args__path=path, args__args=[key])
    return set(jobs.values_list("status", flat=True))
