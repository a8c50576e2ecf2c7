# usage: sh forward.sh POD PORT TEXT    says the text to a port of the pod, through kubectl, and prints what comes back
# That of the last time names a port that is closed.
rm -f forwarding complaints
touch forwarding
kubectl port-forward "pod/$1" ":$2" >forwarding 2>complaints &
until port=$(sed -n 's/^Forwarding from 127.0.0.1:\([0-9]*\) .*/\1/p' forwarding) && [ -n "$port" ]; do sleep 0.1; done
printf "$3" | bash -c "exec 3<>/dev/tcp/127.0.0.1/$port; cat >&3; timeout 10 cat <&3" 2>/dev/null
sleep 0.5
kill $! 2>/dev/null
wait
sed 's/:[0-9]* ->/:LOCAL ->/; s/ for [0-9]*$/ for LOCAL/' forwarding
# The sandbox's network is a file of the machine.
sed 's/forwarding [0-9]* ->/forwarding LOCAL ->/; s/namespace \\"[^"]*cni-[^"]*"/namespace \\"NETNS\\"/' complaints >&2
