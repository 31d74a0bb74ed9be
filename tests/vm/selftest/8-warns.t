NAME: makes the kernel warn
NEEDS: exerciser
RUN:
	exercise notifier:notifier_put_too_often
