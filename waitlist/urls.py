from typing import Any

app_name = "waitlist"

urlpatterns: list[Any] = []
