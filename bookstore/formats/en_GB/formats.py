"""British English, with times as the pages of staff have them everywhere: 20:15, not 8:15 p.m."""

DATETIME_FORMAT = "j M Y, H:i"
